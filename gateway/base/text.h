#ifndef PONTIS_BASE_TEXT_H
#define PONTIS_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Capped strings: a zero-terminated char array inside its owner, whose size is its cap. */

/* Copies `length` bytes into an array of `size`; false (and an empty string) when they do not fit or hold a
 * zero. */
bool text_copy(char *to, size_t size, const char *from, size_t length);
/* text_copy of a C string that is known to fit; aborts when it does not. */
void text_set(char *to, size_t size, const char *from);
bool text_equal(const char *left, const char *right);
bool text_is_empty(const char *text);
/* ISO 20022 Latin set (FIN-X): letters, digits and / - ? : ( ) . , ' + space, plus the extended signs
 * ! # $ % & * = ^ _ ` { | } ~ " ; @ [ ] \ < > that CBPR+ allows in names, addresses and remittance. */
bool text_is_latin(const char *text);
/* A reference: the FIN-X set alone, not starting or ending with '/', no "//". */
bool text_is_reference(const char *text);
/* BICFIDec2014Identifier: 4 letters or digits, 2 letters, 2 and optionally 3 letters or digits, upper case.
 */
bool text_is_bic(const char *text);
/* Letters A-Z, exactly `length` of them. */
bool text_is_upper(const char *text, size_t length);
/* Smallest number of edits between two words; for "did you mean". */
size_t text_distance(const char *left, const char *right);

#endif
