#ifndef PONTIS_SERVE_RELOAD_H
#define PONTIS_SERVE_RELOAD_H

#include "flow/flow.h"
#include "host/settings.h"
#include "wire/wire.h"

/* What of a running worker takes over settings that changed. */
struct reload_parts {
    struct wire *wire;
    struct flow *flow;
};

struct adapter_keys reload_keys(const struct settings *settings);

/* Reads everything that the settings name and takes it over: certificates, keys and CA for new connections,
 * signing keys for what is built and read from now on, the log. `settings` outlives the parts, or
 * the next reload. Nothing has changed when the result is not OK. */
MUST_USE struct result reload_apply(const struct settings *settings, const struct reload_parts *parts);

#endif
