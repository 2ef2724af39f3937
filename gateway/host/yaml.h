#ifndef PONTIS_HOST_YAML_H
#define PONTIS_HOST_YAML_H

#include <cyaml/cyaml.h>
#include <stdbool.h>

#include "base/buffer.h"

/* What is wrong with a YAML file, for a person. */
struct yaml_finding {
    int line;       /* 0: unknown */
    char text[160]; /* "unknown key limts (did you mean limits?)" */
};

/* Loads bounded YAML into structs by libcyaml; false with the first finding. An unknown key is told together
 * with the nearest known one of the same schema. */
bool yaml_load(struct bytes text, const cyaml_schema_value_t *schema, void **out,
               struct yaml_finding *finding);
/* Not yaml_free: libyaml exports a function of that name. */
void yaml_unload(const cyaml_schema_value_t *schema, void *data);

#endif
