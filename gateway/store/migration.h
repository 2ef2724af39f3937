#ifndef PONTIS_STORE_MIGRATION_H
#define PONTIS_STORE_MIGRATION_H

#include "base/embedded.h"
#include "host/digest.h"

/* One file of sql/migrations as data. */
struct migration {
    int number;       /* the digits its name starts with */
    const char *name; /* of the file, as are its bytes: owned by the embedded file */
    const char *sql;
    char hash[DIGEST_HEX_SIZE]; /* SHA-256 of its bytes */
    /* Programs whose own newest migration has this number or a higher one keep working once it is applied.
     * Its line `-- compatible-from: N` says so; without one, no program older than itself does. */
    int compatible_from;
    int statements;
};

/* FATAL: it is no migration: its name has no number, its compatible-from makes no sense, or it would end the
 * transaction it runs in. */
MUST_USE struct result migration_read(const struct embedded_file *file, struct migration *out);

#endif
