#ifndef PONTIS_CLI_TABLE_H
#define PONTIS_CLI_TABLE_H

#include <jansson.h>
#include <stdio.h>

/* Answers of the gateway, printed for people. Some of their texts were written by strangers: whatever could
 * move a terminal's cursor is printed as '?'. */

/* A member's text; "" when there is none. */
const char *table_text(const json_t *object, const char *member);
/* Prints one text; to stdout, where no file is named. */
void table_print_to(FILE *to, const char *text);
void table_print(const char *text);
/* An array of flat objects: a column for every member that any of them has; amounts to the right. Every line
 * starts with `indent`. */
void table_print_rows(const json_t *rows, const char *indent);
/* The members of one object that are neither objects nor arrays, a line each. */
void table_print_members(const json_t *object);
/* All of these but one. */
void table_print_members_but(const json_t *object, const char *left_out);
/* An object of values and objects as YAML, every text in quotes. */
void table_print_yaml(const json_t *object);
/* As it came, for programs. */
void table_print_json(const json_t *json);

#endif
