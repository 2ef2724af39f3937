#ifndef PONTIS_FLOW_DOOR_WALLET_H
#define PONTIS_FLOW_DOOR_WALLET_H

#include "flow/flow.h"

/* The wallet's events, from Kafka. A partition is consumed only under its lease, from the position in the
 * database; where that position does not exist in the topic, or the record before it is another than the one
 * consumed last, the worker halts with an alert rather than skip events or take in those of another topic. */
void door_wallet_open(struct flow *flow);
/* Prolongs the leases of the partitions held and asks again for those another worker held. Called every
 * second. */
void door_wallet_renew(struct flow *flow);

#endif
