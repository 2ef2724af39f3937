#include "flow/rules.h"

#include <stdlib.h>
#include <string.h>

#include "host/log.h"

static struct result install(struct flow *flow, struct bytes document, int64_t version) {
    struct corridor corridor = {0};
    if (!record_read(&corridor_record, "corridor", document, &corridor))
        return result_fatal("its document cannot be read");
    corridor.version = version;
    return flow_set_corridor(flow, &corridor);
}

void rules_install(struct flow *flow, const struct store_table *table) {
    for (size_t i = 0; i < table->rows; i++) {
        const char *const *cells = table->cells + i * table->columns;
        struct flow_link *link = flow_link_find(flow, cells[0]);
        int64_t version = strtoll(cells[1], NULL, 10);
        if (link && link->corridor.version >= version)
            continue;
        struct result installed = install(flow, bytes_of_string(cells[2]), version);
        if (result_is_ok(&installed))
            continue;
        if (link)
            link->unopened = version;
        log_write(LOG_ERROR, "corridor.not_opened", "corridor", cells[0], "version", cells[1], "detail",
                  installed.detail, NULL);
    }
}
