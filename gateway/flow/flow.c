#include "flow/flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/reasons.h"
#include "flow/turn.h"

enum { PROBE_MILLISECONDS = 2000, IDS_OF_ONE_MILLISECOND = 4096 };

void flow_init(struct flow *flow, const struct ports *ports, const struct flow_settings *settings) {
    *flow = (struct flow){.ports = *ports, .settings = *settings, .turns = turns_new()};
}

static void link_free(struct flow_link *link) {
    if (link->dialect)
        link->adapter->close(link->dialect);
    free(link);
}

void flow_wipe(struct flow *flow) {
    for (size_t i = 0; i < flow->links.count; i++)
        link_free(flow->links.items[i]);
    array_wipe(&flow->links);
    array_wipe(&flow->partitions);
    turns_free(flow->turns);
    while (flow->head) {
        struct flow_item *next = flow->head->next;
        flow_item_free(flow->head);
        flow->head = next;
    }
}

static bool is_spoken(const char *const *versions, const char *version) {
    for (; *versions; versions++)
        if (text_equal(*versions, version))
            return true;
    return false;
}

struct result flow_check_corridor(const struct corridor *corridor) {
    const struct adapter *adapter = adapter_find(corridor->adapter);
    if (!adapter)
        return result_refuse(REASON_CORRIDOR_FILE, "adapter", "no dialect is called %s", corridor->adapter);
    if (!is_spoken(adapter->payment_versions, corridor->payment_version))
        return result_refuse(REASON_CORRIDOR_FILE, "payment_version", "dialect %s does not speak %s",
                             adapter->name, corridor->payment_version);
    if (!is_spoken(adapter->status_versions, corridor->status_version))
        return result_refuse(REASON_CORRIDOR_FILE, "status_version", "dialect %s does not speak %s",
                             adapter->name, corridor->status_version);
    return result_ok();
}

struct result flow_try_corridor(struct flow *flow, const struct corridor *corridor) {
    TRY(flow_check_corridor(corridor));
    const struct adapter *adapter = adapter_find(corridor->adapter);
    struct adapter_link *dialect = NULL;
    TRY(adapter->open(corridor, &flow->settings.keys, &dialect));
    adapter->close(dialect);
    return result_ok();
}

struct result flow_set_corridor(struct flow *flow, const struct corridor *corridor) {
    TRY(flow_check_corridor(corridor));
    struct flow_link *old = flow_link_find(flow, corridor->name);
    if (old && old->corridor.version > corridor->version)
        return result_ok();
    struct flow_link *link = must_calloc(1, sizeof *link);
    link->corridor = *corridor;
    link->adapter = adapter_find(corridor->adapter);
    struct result opened = link->adapter->open(&link->corridor, &flow->settings.keys, &link->dialect);
    if (!result_is_ok(&opened)) {
        free(link);
        return opened;
    }
    if (old) {
        old->retired = true;
        link->unreachable = old->unreachable;
        link->closed_since = old->closed_since;
        link->lost_at = old->lost_at;
    }
    *array_push(&flow->links) = link;
    return result_ok();
}

static struct result reopen(const struct flow_link *old, const struct adapter_keys *keys,
                            struct flow_link **out) {
    struct flow_link *link = must_memdup(old, sizeof *old);
    struct result opened = link->adapter->open(&link->corridor, keys, &link->dialect);
    if (!result_is_ok(&opened)) {
        free(link);
        return opened;
    }
    *out = link;
    return result_ok();
}

static void replace(struct flow *flow, size_t index, struct flow_link *link) {
    flow->links.items[index]->retired = true;
    *array_push(&flow->links) = link;
}

struct result flow_set_keys(struct flow *flow, const struct adapter_keys *keys) {
    size_t count = flow->links.count;
    struct flow_link **opened = must_calloc(count + 1, sizeof(struct flow_link *));
    struct result result = result_ok();
    for (size_t i = 0; i < count && result_is_ok(&result); i++)
        if (!flow->links.items[i]->retired)
            result = reopen(flow->links.items[i], keys, &opened[i]);
    for (size_t i = 0; i < count; i++)
        if (opened[i] && result_is_ok(&result))
            replace(flow, i, opened[i]);
        else if (opened[i])
            link_free(opened[i]);
    free(opened);
    if (result_is_ok(&result))
        flow->settings.keys = *keys;
    return result;
}

struct flow_link *flow_link_find(struct flow *flow, const char *corridor) {
    for (size_t i = 0; i < flow->links.count; i++)
        if (!flow->links.items[i]->retired && text_equal(flow->links.items[i]->corridor.name, corridor))
            return flow->links.items[i];
    return NULL;
}

static bool has_pin(const struct corridor *corridor, const char *public_key) {
    for (size_t i = 0; i < CORRIDOR_MAX_PINS; i++)
        if (corridor->peer_certificate_pins[i][0] &&
            text_equal(corridor->peer_certificate_pins[i], public_key))
            return true;
    return false;
}

struct flow_link *flow_link_by_pin(struct flow *flow, const char *public_key) {
    for (size_t i = 0; i < flow->links.count; i++)
        if (!flow->links.items[i]->retired && has_pin(&flow->links.items[i]->corridor, public_key))
            return flow->links.items[i];
    return NULL;
}

bool flow_link_may_try(struct flow *flow, struct flow_link *link) {
    struct clock_port *clock = &flow->ports.clock;
    if (!link->unreachable)
        return true;
    int64_t now = clock->monotonic(clock->self);
    if (now - link->closed_since < PROBE_MILLISECONDS)
        return false;
    link->closed_since = now;
    return true;
}

void flow_link_close(struct flow *flow, struct flow_link *link) {
    struct clock_port *clock = &flow->ports.clock;
    if (!link->unreachable)
        link->lost_at = flow_now(flow);
    link->unreachable = true;
    link->closed_since = clock->monotonic(clock->self);
}

struct flow_partition *flow_partition_find(struct flow *flow, int32_t partition) {
    for (size_t i = 0; i < flow->partitions.count; i++)
        if (flow->partitions.items[i].partition == partition)
            return &flow->partitions.items[i];
    return NULL;
}

instant flow_now(struct flow *flow) {
    return flow->ports.clock.now(flow->ports.clock.self);
}

/* RFC 9562, section 6.2: a counter behind the milliseconds, which run ahead when it is used up and never go
 * back. */
static void advance_ids(struct flow *flow) {
    instant now = flow_now(flow);
    if (now > flow->id_time) {
        flow->id_time = now;
        flow->id_count = 0;
    } else if (++flow->id_count == IDS_OF_ONE_MILLISECOND) {
        flow->id_time++;
        flow->id_count = 0;
    }
}

struct uuid flow_new_id(struct flow *flow) {
    uint8_t bytes[16];
    advance_ids(flow);
    flow->ports.random.fill(flow->ports.random.self, bytes, sizeof bytes);
    bytes[6] = (uint8_t)(flow->id_count >> 8);
    bytes[7] = (uint8_t)flow->id_count;
    return uuid_from_time(flow->id_time, bytes);
}
