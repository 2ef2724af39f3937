#ifndef PONTIS_TESTS_WALLET_HOUSE_H
#define PONTIS_TESTS_WALLET_HOUSE_H

#include <jansson.h>
#include <sys/types.h>

#include "bus.h"

/* A wallet and a broker, both real processes, in a folder of their own; the test is the gateway. */
struct house {
    char folder[64];
    char brokers[64];
    pid_t broker;
    pid_t wallet;
    int control;
    struct bus bus;
};

/* Returns once both are ready. */
void house_open(struct house *house);
void house_close(struct house *house);

void house_start_broker(struct house *house);
/* As kill -9 does; the folder keeps the journal. */
void house_kill_wallet(struct house *house);
void house_start_wallet(struct house *house);
/* The wallet meets an empty Kafka. */
void house_replace_broker(struct house *house);
void house_journal_path(const struct house *house, char *out, size_t size);

/* One order over the control socket, and the answer: a format of json_pack with its values. */
json_t *house_ask(struct house *house, const char *format, ...);
/* Asks until so much is unfinished: payments, and events of which the wallet does not know yet that the
 * broker has them. */
void house_await_unfinished(struct house *house, long count);
/* Orders a payment of 100.00 SGD with a lock of 120.00; takes its event off the bus. */
void house_pay(struct house *house, char uetr[37]);
/* An event of the gateway's about this payment; `data` is json_pack's, and taken over. */
void house_tell(struct house *house, const char *id, const char *type, const char *uetr, json_t *data);
void house_settle(struct house *house, const char *id, const char *uetr, const char *capture);
void house_request_credit(struct house *house, const char *id, const char *uetr, const char *account,
                          const char *amount);

/* A text by its path ("data.lock.id"), "" when there is none. */
const char *house_text(const json_t *object, const char *path);
long house_number(const json_t *object, const char *path);
/* The answer to {"do": name}, one text of it; valid until the next call. */
const char *house_status(struct house *house, const char *uetr, const char *path);
const char *house_total(struct house *house, const char *currency, const char *name);

#endif
