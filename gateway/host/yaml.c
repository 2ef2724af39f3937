#include "host/yaml.h"

#include <stdio.h>
#include <stdlib.h>

#include "host/yaml_check.h"

static void *must_manage(void *context, void *memory, size_t size) {
    (void)context;
    if (size)
        return must_realloc(memory, size);
    free(memory);
    return NULL;
}

bool yaml_load(struct bytes text, const cyaml_schema_value_t *schema, void **out,
               struct yaml_finding *finding) {
    const cyaml_config_t config = {.mem_fn = must_manage, .flags = CYAML_CFG_NO_ALIAS};
    *finding = (struct yaml_finding){0};
    *out = NULL;
    if (!yaml_check(text, schema, finding))
        return false;
    cyaml_err_t code = cyaml_load_data((const uint8_t *)text.data, text.length, &config, schema, out, NULL);
    if (code == CYAML_OK && *out)
        return true;
    finding->line = 1;
    snprintf(finding->text, sizeof finding->text, "%s", cyaml_strerror(code));
    return false;
}

void yaml_unload(const cyaml_schema_value_t *schema, void *data) {
    const cyaml_config_t config = {.mem_fn = must_manage};
    if (data)
        (void)cyaml_free(&config, schema, data, 0);
}
