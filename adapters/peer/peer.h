#ifndef PONTIS_ADAPTERS_PEER_PEER_H
#define PONTIS_ADAPTERS_PEER_PEER_H

#include "adapters/adapter.h"

/* Gateway to gateway: pacs.008, pacs.002 and admi.002 under head.001.001.03 in one signed envelope, in the
 * newest versions or in those of 2019. IntrBkSttlmAmt is the target amount, InstdAmt the source amount. */
extern const struct adapter peer_adapter;

/* What BizSvc of this dialect's headers says. */
#define PEER_SERVICE "pontis.peer.01"

#endif
