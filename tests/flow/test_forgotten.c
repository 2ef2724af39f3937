/* A gateway whose database was restored meets a payment it has forgotten: its wallet is told nothing that it
 * could take for another payment. */
#include <criterion/criterion.h>

#include "base/text.h"
#include "tests/support/world/world.h"

enum { SECOND = 1000 };

static const struct store_wallet_event *told(struct world *world, int node, const char *type) {
    struct memory_store *store = &world->nodes[node].store;
    for (size_t i = 0; i < store->events.count; i++)
        if (text_equal(store->events.items[i].row.type, type))
            return &store->events.items[i].row;
    cr_assert_fail("%s was not told", type);
    return NULL;
}

/* The message that home sent. */
static struct bytes message_of_home(struct world *world) {
    struct memory_store *store = &world->nodes[HOME].store;
    cr_assert_gt(store->messages.count, 0);
    return store->messages.items[0].row.body;
}

Test(forgotten, a_credit_that_was_requested_before_is_requested_under_the_same_id) {
    struct world world, restored;
    world_init(&world, 1);
    world.nodes[AWAY].wallet.silent = true;
    world_pay(&world, HOME, 10000);
    world_run(&world, SECOND);
    world_init(&restored, 2);
    struct world_answer answer;
    world_post(&restored, AWAY, message_of_home(&world), &answer);
    world_run(&restored, SECOND);

    const struct store_wallet_event *before = told(&world, AWAY, "corridor.credit.requested.v1");
    const struct store_wallet_event *after = told(&restored, AWAY, "corridor.credit.requested.v1");
    cr_assert_not(uuid_equal(&before->instruction, &after->instruction), "it is decided as a new one");
    cr_assert(uuid_equal(&before->id, &after->id), "and the wallet knows that it is not");
    world_wipe(&world);
    world_wipe(&restored);
}
