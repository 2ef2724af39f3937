#ifndef PONTIS_HOST_SETTINGS_FILE_H
#define PONTIS_HOST_SETTINGS_FILE_H

#include "base/buffer.h"
#include "host/findings.h"

/* Is called with a key's path, its value and its line. */
typedef void (*settings_file_entry)(void *context, size_t key, const char *text, int line);

/* Reads a settings file's text: `entry` is called for every key that the table knows; what cannot be read and
 * what is not known is added to the findings, with `path` and its line. A section without keys is none. False
 * when the text is no YAML from some line on. */
bool settings_file_read(struct bytes text, const char *path, struct findings *findings,
                        settings_file_entry entry, void *context);

#endif
