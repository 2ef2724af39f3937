#ifndef PONTIS_WALLET_NOTICES_H
#define PONTIS_WALLET_NOTICES_H

#include <jansson.h>
#include <stdbool.h>

/* What the gateway said that concerns no payment's progress: events of ours that it refused, and alerts. */
struct notices;

struct notices *notices_new(void);
void notices_free(struct notices *notices);
/* Keeps a corridor.event.refused or counts a corridor.alert; any other event is passed over. */
void notices_note(struct notices *notices, const json_t *event);
size_t notices_refused(const struct notices *notices);
size_t notices_alerts(const struct notices *notices);
/* {"next", "refused": [{"id", "rule", "code"}]}: refusals from the after-th on, in the order they came. */
json_t *notices_refusals(const struct notices *notices, size_t after);
/* Does this corridor.event.refused say that the text itself had no effect? One that refuses other content
 * under a known id says nothing of the payment that lives under that id. */
bool notices_mean(const json_t *event, const char *text);

#endif
