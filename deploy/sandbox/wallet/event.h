#ifndef PONTIS_WALLET_EVENT_H
#define PONTIS_WALLET_EVENT_H

#include <jansson.h>

#include "base/instant.h"
#include "base/uuid.h"

/* CloudEvents of the wallet contract, as the simulator writes and reads them. */

/* A new event of `source`; `data` is taken over. `cause`, the id of the event that it answers, may be NULL;
 * `traceparent` may be "". The text is the caller's to free. */
char *event_write(const char *source, const char *id, const char *type, const struct uuid *subject,
                  const char *key, const char *cause, const char *traceparent, instant time, json_t *data);
/* An id that follows from what caused the event, so that the same answer is the same event again. */
void event_answer_id(const char *cause, const char *type, char out[UUID_TEXT_SIZE]);
/* A member of the event or of its data ("data.lock.id"); "" when it is not there or no text. */
const char *event_text(const json_t *event, const char *path);
bool event_subject(const json_t *event, struct uuid *out);

#endif
