#include "api/corridors.h"

#include <stdlib.h>

#include "api/answer.h"
#include "core/corridor.h"
#include "core/reasons.h"
#include "flow/corridor_json.h"

/* ---- the route ---- */

struct asking {
    struct api *api;
    struct wire_exchange *exchange;
    const char *parameters[1]; /* the exchange's path holds it */
};

/* Columns of corridor_show: name, version, document. */
static struct result read_row(const struct store_table *table, const char *name, json_t **out) {
    struct corridor corridor = {0};
    if (table->rows == 0)
        return result_refuse(REASON_NO_SUCH_CORRIDOR, "/name", "no corridor is called %.100s", name);
    if (!table->cells[2] || !record_read(&corridor_record, "corridor",
                                         (struct bytes){table->cells[2], table->lengths[2]}, &corridor))
        return result_fatal("the stored document of %.100s cannot be read", name);
    *out =
        json_pack("{s:s, s:I, s:o}", "name", table->cells[0], "version",
                  (json_int_t)strtoll(table->cells[1], NULL, 10), "document", json_from_corridor(&corridor));
    return result_ok();
}

static void on_read(void *context, struct result result, const struct store_table *table) {
    struct asking *asking = context;
    json_t *answer = NULL;
    if (result_is_ok(&result))
        result = read_row(table, asking->parameters[0], &answer);
    if (result_is_ok(&result))
        answer_json(asking->api->flow, asking->exchange, 200, answer);
    else
        answer_problem(asking->api->flow, asking->exchange, &result);
    free(asking);
}

void corridors_show(struct api *api, struct wire_exchange *exchange, const char *name) {
    struct asking *asking = must_calloc(1, sizeof *asking);
    *asking = (struct asking){api, exchange, {name}};
    struct store_port *store = &api->flow->ports.store;
    store->read(store->self, "corridor_show", asking->parameters, 1, on_read, asking);
}
