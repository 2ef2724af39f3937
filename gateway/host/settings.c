#include "host/settings.h"

#include <cyaml/cyaml.h>
#include <stdio.h>
#include <string.h>

#include "host/yaml.h"

#define TEXT(section, key)                                                                                   \
    CYAML_FIELD_STRING_PTR(#key, CYAML_FLAG_POINTER, __typeof__(((struct settings *)0)->section), key, 1,    \
                           1024)
#define NUMBER(section, key)                                                                                 \
    CYAML_FIELD_INT(#key, CYAML_FLAG_OPTIONAL, __typeof__(((struct settings *)0)->section), key)
#define SECTION(name, fields) CYAML_FIELD_MAPPING(#name, CYAML_FLAG_DEFAULT, struct settings, name, fields)
#define ROOT_TEXT(key, flags) CYAML_FIELD_STRING_PTR(#key, flags, struct settings, key, 1, 1024)

static const cyaml_schema_field_t bus_fields[] = {
    TEXT(bus, brokers), TEXT(bus, topic_in),     TEXT(bus, topic_out), TEXT(bus, incarnation),
    TEXT(bus, group),   NUMBER(bus, fetch_wait), CYAML_FIELD_END};
static const cyaml_schema_field_t peer_fields[] = {TEXT(peer, listen), CYAML_FIELD_END};
static const cyaml_schema_field_t api_fields[] = {TEXT(api, listen), TEXT(api, operators), CYAML_FIELD_END};
static const cyaml_schema_field_t admin_fields[] = {TEXT(admin, listen), CYAML_FIELD_END};
static const cyaml_schema_field_t tls_fields[] = {TEXT(tls, ca), TEXT(tls, certificate), TEXT(tls, key),
                                                  CYAML_FIELD_END};
static const cyaml_schema_field_t signing_fields[] = {TEXT(signing, key), TEXT(signing, certificate),
                                                      TEXT(signing, peer_certificates), CYAML_FIELD_END};

static const cyaml_schema_field_t settings_fields[] = {
    ROOT_TEXT(name, CYAML_FLAG_POINTER),
    ROOT_TEXT(database, CYAML_FLAG_POINTER),
    ROOT_TEXT(owner_database, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_INT("workers", CYAML_FLAG_OPTIONAL, struct settings, workers),
    SECTION(bus, bus_fields),
    SECTION(peer, peer_fields),
    SECTION(api, api_fields),
    SECTION(admin, admin_fields),
    SECTION(tls, tls_fields),
    SECTION(signing, signing_fields),
    CYAML_FIELD_END};

static const cyaml_schema_value_t settings_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct settings, settings_fields)};

static struct result read_all(const char *path, struct buffer *out) {
    FILE *file = fopen(path, "r");
    if (!file)
        return result_fatal("cannot read the settings file %s", path);
    char chunk[4096];
    for (size_t count; (count = fread(chunk, 1, sizeof chunk, file)) > 0;)
        buffer_add(out, chunk, count);
    fclose(file);
    return out->overflowed ? result_fatal("%s is no settings file: it is too large", path) : result_ok();
}

struct result settings_load(const char *path, struct settings **out) {
    struct buffer text;
    buffer_init(&text, 1 << 20);
    struct result result = read_all(path, &text);
    if (result_is_ok(&result)) {
        struct yaml_finding finding;
        if (!yaml_load(buffer_bytes(&text), &settings_schema, (void **)out, &finding))
            result = result_fatal("%s:%d: %s", path, finding.line, finding.text);
    }
    buffer_wipe(&text);
    return result;
}

void settings_free(struct settings *settings) {
    yaml_unload(&settings_schema, settings);
}
