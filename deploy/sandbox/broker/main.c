/* pontis-broker --port-file FILE --topics NAME:PARTITIONS,...
 *
 * librdkafka's mock cluster as a process: a Kafka in memory for the sandbox and fast tests. Its address is
 * written to FILE once it listens. It ends with SIGTERM and forgets everything. */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_LIMIT = 249, MOST_PARTITIONS = 64 };

static int usage(void) {
    fputs("usage: pontis-broker --port-file FILE --topics NAME:PARTITIONS,...\n", stderr);
    return 2;
}

static const char *option(int argc, char **argv, const char *name) {
    for (int i = 1; i + 1 < argc; i += 2)
        if (strcmp(argv[i], name) == 0)
            return argv[i + 1];
    return NULL;
}

static bool make_topic(rd_kafka_mock_cluster_t *cluster, const char *entry, size_t length) {
    char name[NAME_LIMIT + 1];
    const char *colon = memchr(entry, ':', length);
    if (!colon || colon == entry || (size_t)(colon - entry) > NAME_LIMIT)
        return false;
    memcpy(name, entry, (size_t)(colon - entry));
    name[colon - entry] = '\0';
    char *end;
    long partitions = strtol(colon + 1, &end, 10);
    if (end != entry + length || partitions < 1 || partitions > MOST_PARTITIONS)
        return false;
    return !rd_kafka_mock_topic_create(cluster, name, (int)partitions, 1);
}

static bool make_topics(rd_kafka_mock_cluster_t *cluster, const char *topics) {
    while (*topics) {
        size_t length = strcspn(topics, ",");
        if (!make_topic(cluster, topics, length)) {
            fprintf(stderr, "pontis-broker: not a topic: %.*s\n", (int)length, topics);
            return false;
        }
        topics += length;
        topics += *topics == ',';
    }
    return true;
}

/* In one step: who sees the file sees the whole address. */
static bool write_address(const char *path, const char *address) {
    char new_path[4096];
    if (snprintf(new_path, sizeof new_path, "%s.new", path) >= (int)sizeof new_path)
        return false;
    FILE *file = fopen(new_path, "w");
    if (!file)
        return false;
    bool written = fprintf(file, "%s\n", address) > 0;
    written = fclose(file) == 0 && written;
    return written && rename(new_path, path) == 0;
}

int main(int argc, char **argv) {
    const char *port_file = option(argc, argv, "--port-file"), *topics = option(argc, argv, "--topics");
    if (!port_file || !topics)
        return usage();
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    /* Before librdkafka makes its threads: they inherit it. */
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    char error[256];
    rd_kafka_conf_t *configuration = rd_kafka_conf_new();
    /* Errors only: that the handle itself has no broker is as it should be. */
    rd_kafka_conf_set(configuration, "log_level", "3", error, sizeof error);
    rd_kafka_t *handle = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, error, sizeof error);
    rd_kafka_mock_cluster_t *cluster = handle ? rd_kafka_mock_cluster_new(handle, 1) : NULL;
    if (!cluster || !make_topics(cluster, topics))
        return 1;
    if (!write_address(port_file, rd_kafka_mock_cluster_bootstraps(cluster))) {
        fprintf(stderr, "pontis-broker: cannot write %s\n", port_file);
        return 1;
    }
    printf("pontis-broker: ready at %s\n", rd_kafka_mock_cluster_bootstraps(cluster));
    fflush(stdout);
    int caught;
    sigwait(&signals, &caught);
    remove(port_file);
    /* Nothing is kept: no need to wait for the cluster's threads. */
    _Exit(0);
}
