#ifndef PONTIS_ADAPTERS_ADAPTER_H
#define PONTIS_ADAPTERS_ADAPTER_H

#include "base/buffer.h"
#include "base/result.h"
#include "core/decision.h"

/* A foreign dialect. An adapter does no I/O, reads no clock and keeps no state between calls: it turns
 * instructions into bytes and bytes into events. Everything it needs of the world is an argument.
 *
 * To add one: copy the smallest, tests/support/plain, into a folder beside this file, implement the struct
 * below with designated initialisers and add its row to adapters/adapters.c. Nothing in gateway/ changes.
 *
 * Lifetimes: a link is made once per corridor version and worker, used from one thread, and closed at the
 * end. Errors: build returns REFUSE when the payment cannot be expressed in the dialect (with the field),
 * FATAL on a key that cannot sign; read returns REFUSE with a row of core/reasons.def, and never anything
 * else for bad input. */

/* One corridor as the dialect sees it; the dialect's own struct. */
struct adapter_link;

/* Files of this gateway's own signing key and certificate (PEM), and of certificates whose keys the peer may
 * sign with (PEM, concatenated; each must match one of the corridor's signing pins). */
struct adapter_keys {
    const char *signing_key;
    const char *signing_certificate;
    const char *peer_certificates;
};

/* What to say in a message of ours. */
struct adapter_outgoing {
    const struct instruction *instruction;
    const char *message_id;          /* MsgId of this message */
    const char *business_message_id; /* BizMsgIdr of this message */
    instant created;                 /* CreDtTm, CreDt */
    int status;                      /* statuses: enum peer_status */
    const struct result *refusal;    /* refusals: why */
    const char *refused_message_id;  /* refusals: BizMsgIdr of what is refused, "" when unreadable */
};

/* A message of the peer, read. */
struct adapter_incoming {
    struct event
        event;     /* type, key (direction and UETR; the corridor is the link's), content; ready for decide */
    char type[16]; /* "pacs.008.001.13" */
    instant created;
};

/* How a payment in doubt is resolved in this dialect. */
enum adapter_resolve {
    ADAPTER_RESEND, /* the same bytes again; the receiver replays its final */
};

/* A question the dialect needs answered before a message can be built: a request as data, made by the caller.
 */
struct adapter_lookup {
    char path[257]; /* below the corridor's endpoint */
};

struct adapter {
    const char *name; /* as corridor files write it */
    const char *content_type;
    enum adapter_resolve resolve;

    /* The message versions this dialect speaks, NULL at the end; a corridor file naming another is refused.
     */
    const char *const *payment_versions;
    const char *const *status_versions;

    MUST_USE struct result (*open)(const struct corridor *corridor, const struct adapter_keys *keys,
                                   struct adapter_link **out);
    void (*close)(struct adapter_link *link);

    /* Where a message is posted, relative to the corridor's endpoint ("/v1/pacs.008"). */
    const char *(*route)(const struct adapter_link *link, int peer_message);

    /* Look-ups needed before build; NULL when the dialect has none. Returns their number (at most `room`). */
    size_t (*lookups)(const struct adapter_link *link, const struct instruction *instruction,
                      struct adapter_lookup *out, size_t room);

    /* Built, validated and signed: the bytes as they will be stored and sent. The content hash is of the
     * canonical Document alone: header, creation time and signature are outside it (money.md, "Collision").
     */
    MUST_USE struct result (*build_payment)(struct adapter_link *link,
                                            const struct adapter_outgoing *outgoing, struct buffer *out,
                                            uint8_t content_hash[32]);
    MUST_USE struct result (*build_status)(struct adapter_link *link, const struct adapter_outgoing *outgoing,
                                           struct buffer *out, uint8_t content_hash[32]);
    MUST_USE struct result (*build_refusal)(struct adapter_link *link,
                                            const struct adapter_outgoing *outgoing, struct buffer *out);

    /* Safe parse, schema, signature, then meaning. On REFUSE, `out->event.business_message_id` is set when it
     * could be read, so that the refusal can name it. */
    MUST_USE struct result (*read)(struct adapter_link *link, struct bytes message,
                                   struct adapter_incoming *out);
};

/* The dialect of that name, or NULL. */
const struct adapter *adapter_find(const char *name);

#endif
