#ifndef PONTIS_STORE_ENROL_H
#define PONTIS_STORE_ENROL_H

#include "base/array.h"
#include "core/command.h"

/* The first operators, whom `pontis migrate` enrols where there are none: everybody after them is proposed by
 * one and approved by another. Blocks, as all of migrate does. */
struct enrol_operator {
    char name[OPERATOR_SIZE];
    char certificate[FINGERPRINT_SIZE];
};

struct enrol_list {
    struct enrol_operator *items; /* an array of base/array.h */
    size_t count, capacity;
};

/* Reads them from a file: a line each, the SHA-256 of the certificate in hex and the name; '#' begins a
 * comment. The caller wipes `out` whatever comes back. FATAL: the file cannot be read, a line is something
 * else, a name or certificate stands there twice, or there are not two. */
MUST_USE struct result enrol_read(const char *file, struct enrol_list *out);
void enrol_wipe(struct enrol_list *list);

/* Enrols them, all or none, unless somebody is enrolled already: then `file` is not even read. `*enrolled`
 * says how many. FATAL: as enrol_read, or `file` is NULL; RETRY: the database does not answer. */
MUST_USE struct result enrol_first(const char *owner_conninfo, const char *file, size_t *enrolled);

#endif
