/* The verbs about who may order, and whose things are. */
#include <stdio.h>

#include "cli/order.h"
#include "cli/verb.h"
#include "host/certificate.h"

int verb_operator_list(int argc, char **argv) {
    return client_show_rows(argc, argv, "/v1/operators", "operators");
}

int verb_participant_list(int argc, char **argv) {
    return client_show_rows(argc, argv, "/v1/participants", "participants");
}

int verb_operator_add(int argc, char **argv) {
    char fingerprint[DIGEST_HEX_SIZE];
    struct result read = certificate_fingerprint(verb_option(argc, argv, "--certificate"), fingerprint);
    if (!result_is_ok(&read)) {
        fprintf(stderr, "pontis: %s\n", read.detail);
        return EXIT_CONFIGURATION;
    }
    json_t *body = json_pack("{s:s, s:s, s:s, s:s*}", "name", verb_argument(argc, argv, 0), "certificate",
                             fingerprint, "role", verb_option(argc, argv, "--role"), "participant",
                             verb_option(argc, argv, "--participant"));
    return body ? order_give_json(argc, argv, "operator.add", body)
                : verb_usage("operator add wants text in UTF-8");
}

int verb_operator_suspend(int argc, char **argv) {
    static const struct order_member members[] = {{"", "name"}, {NULL, NULL}};
    return order_give_members(argc, argv, "operator.suspend", members);
}
