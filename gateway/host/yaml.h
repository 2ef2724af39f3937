#ifndef PONTIS_HOST_YAML_H
#define PONTIS_HOST_YAML_H

#include <cyaml/cyaml.h>
#include <stdbool.h>

#include "base/buffer.h"

/* What is wrong with a YAML file, for a person. */
struct yaml_finding {
    int line;
    char text[160]; /* "limts: unknown key; the nearest known one is limits" */
};

/* Loads bounded YAML into structs by libcyaml; false with the first finding (yaml_check.h). */
bool yaml_load(struct bytes text, const cyaml_schema_value_t *schema, void **out,
               struct yaml_finding *finding);
/* Not yaml_free: libyaml exports a function of that name. */
void yaml_unload(const cyaml_schema_value_t *schema, void *data);

#endif
