#include "fixture.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "host/clock.h"

enum { PATIENCE = 30000 };

/* ---- the broker ---- */

static bool read_address(struct broker *broker) {
    char path[64];
    snprintf(path, sizeof path, "%s/port", broker->folder);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    bool found = fgets(broker->address, sizeof broker->address, file) != NULL;
    fclose(file);
    broker->address[strcspn(broker->address, "\n")] = '\0';
    return found;
}

static void run_broker(const struct broker *broker, int output) {
    char path[64];
    snprintf(path, sizeof path, "%s/port", broker->folder);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, STDOUT_FILENO);
    execl(BROKER_PROGRAM, BROKER_PROGRAM, "--port-file", path, "--topics", "in:2,out:4", NULL);
    _exit(127);
}

static void open_producer(struct broker *broker) {
    char error[256];
    rd_kafka_conf_t *configuration = rd_kafka_conf_new();
    rd_kafka_conf_set(configuration, "bootstrap.servers", broker->address, error, sizeof error);
    broker->producer = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, error, sizeof error);
    cr_assert(broker->producer, "%s", error);
}

void broker_start(struct broker *broker) {
    int output[2];
    char ready[128];
    *broker = (struct broker){.folder = "/tmp/pontis-bus-XXXXXX"};
    cr_assert(mkdtemp(broker->folder));
    cr_assert(!pipe(output));
    broker->pid = fork();
    if (broker->pid == 0)
        run_broker(broker, output[1]);
    close(output[1]);
    cr_assert_gt(read(output[0], ready, sizeof ready), 0, "the broker did not start");
    close(output[0]);
    cr_assert(read_address(broker));
    open_producer(broker);
}

void broker_stop(struct broker *broker) {
    rd_kafka_destroy(broker->producer);
    kill(broker->pid, SIGTERM);
    waitpid(broker->pid, NULL, 0);
    rmdir(broker->folder);
}

void broker_put(struct broker *broker, int32_t partition, const char *value, const char *traceparent) {
    rd_kafka_headers_t *headers = rd_kafka_headers_new(1);
    if (traceparent)
        rd_kafka_header_add(headers, "traceparent", -1, traceparent, -1);
    cr_assert(!rd_kafka_producev(broker->producer, RD_KAFKA_V_TOPIC("in"), RD_KAFKA_V_PARTITION(partition),
                                 RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                 RD_KAFKA_V_VALUE((void *)(uintptr_t)value, strlen(value)),
                                 RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END));
    cr_assert(!rd_kafka_flush(broker->producer, PATIENCE));
}

/* ---- a member ---- */

static void on_assigned(void *context, const char *topic, int32_t partition, int64_t low, int64_t high) {
    struct member *member = context;
    member->held[partition] = true;
    member->low[partition] = low;
    member->high[partition] = high;
    if (!member->hesitates)
        member->port.consume(member->port.self, topic, partition, member->from[partition]);
}

static void on_revoked(void *context, const char *topic, int32_t partition) {
    struct member *member = context;
    (void)topic;
    member->held[partition] = false;
    member->revocations++;
}

static void on_records(void *context, const struct bus_record *records, size_t count) {
    struct member *member = context;
    for (size_t i = 0; i < count; i++) {
        cr_assert_lt(member->count, MEMBER_RECORDS);
        cr_assert(member->held[records[i].partition], "a record of a partition that is not held");
        size_t at = member->count++;
        member->records[at].partition = records[i].partition;
        member->records[at].offset = records[i].offset;
        cr_assert(text_copy(member->records[at].value, sizeof member->records[at].value,
                            records[i].value.data, records[i].value.length));
        if (records[i].traceparent)
            text_set(member->records[at].traceparent, sizeof member->records[at].traceparent,
                     records[i].traceparent);
        member->from[records[i].partition] = records[i].offset + 1;
    }
    if (member->pause_at && member->count >= member->pause_at)
        member->port.pause(member->port.self);
}

static void on_fatal(void *context, const char *why) {
    struct member *member = context;
    text_set(member->fatal, sizeof member->fatal, why);
}

void member_join(struct member *member, const struct broker *broker, const char *name,
                 struct event_base *base) {
    struct bus_settings settings = {.brokers = broker->address,
                                    .group = "gateway",
                                    .topic_out = "out",
                                    .member = name,
                                    .fetch_wait = 5,
                                    .fatal = on_fatal,
                                    .context = member};
    member->base = base ? base : event_base_new();
    struct result opened = bus_open(&settings, member->base, &member->bus);
    cr_assert(result_is_ok(&opened), "%s", opened.detail);
    bus_fill_port(member->bus, &member->port);
    struct bus_handler handler = {member, on_assigned, on_revoked, on_records};
    member->port.subscribe(member->port.self, "in", handler);
}

void member_leave(struct member *member) {
    bus_close(member->bus, PATIENCE);
    member->bus = NULL;
}

size_t member_held(const struct member *member) {
    size_t held = 0;
    for (size_t i = 0; i < MEMBER_PARTITIONS; i++)
        held += member->held[i];
    return held;
}

/* ---- the loop ---- */

int64_t fixture_deadline(void) {
    return clock_boottime() + PATIENCE;
}

void fixture_turn(struct event_base *base, int64_t deadline, const char *awaited) {
    const struct timeval most = {1, 0};
    cr_assert_lt(clock_boottime(), deadline, "waited in vain for %s", awaited);
    event_base_loopexit(base, &most);
    event_base_loop(base, EVLOOP_ONCE);
}
