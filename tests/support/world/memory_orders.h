#ifndef PONTIS_TESTS_SUPPORT_MEMORY_ORDERS_H
#define PONTIS_TESTS_SUPPORT_MEMORY_ORDERS_H

#include "tests/support/world/memory_store.h"

/* What memory_store keeps of operators, approvals and orders, by the rules of the database. */

void memory_orders_wipe(struct memory_store *store);
/* Is everybody active who has an effect, every approval open that ends, and are two operators left? */
bool memory_orders_hold(const struct memory_store *store, const struct store_commit *commit);
/* Does nobody approve what they proposed themselves? */
bool memory_orders_have_four_eyes(const struct memory_store *store, const struct store_commit *commit);
void memory_orders_put(struct memory_store *store, const struct store_commit *commit);
void memory_orders_load(struct memory_store *store, const struct store_load *load, struct arena *arena,
                        struct store_loaded *loaded);

#endif
