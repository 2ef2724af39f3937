#ifndef PONTIS_HOST_YAML_CHECK_H
#define PONTIS_HOST_YAML_CHECK_H

#include "host/yaml.h"

/* Judges a text by the schema it is to be loaded with, key by key, and tells the first thing that is wrong
 * with its line, its key and what is expected: libcyaml itself names libyaml's events, places a missing key
 * at the end of the file and takes any word for true. */
bool yaml_check(struct bytes text, const cyaml_schema_value_t *schema, struct yaml_finding *finding);

#endif
