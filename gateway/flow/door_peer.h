#ifndef PONTIS_FLOW_DOOR_PEER_H
#define PONTIS_FLOW_DOOR_PEER_H

#include "flow/flow.h"

/* The peer's messages, over mutual TLS: the certificate names the corridor, its dialect reads the bytes.
 * Answered 202 only after the commit; a message that is refused gets 4xx with an admi.002 that names the
 * reason. */
void door_peer_open(struct flow *flow);

#endif
