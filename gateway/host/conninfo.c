#include "host/conninfo.h"

#include <stdbool.h>
#include <string.h>

#include "host/file_bytes.h"

enum { CONNINFO_LIMIT = 16 * 1024 };

static bool is_uri(const char *conninfo) {
    return strncmp(conninfo, "postgres://", 11) == 0 || strncmp(conninfo, "postgresql://", 13) == 0;
}

static void add_to_uri(const char *conninfo, const char *password, struct buffer *out) {
    buffer_addf(out, "%cpassword=", strchr(conninfo, '?') ? '&' : '?');
    for (; *password; password++)
        buffer_addf(out, "%%%02X", (unsigned char)*password);
}

static void add_to_words(const char *password, struct buffer *out) {
    buffer_add_string(out, " password='");
    for (; *password; password++) {
        if (*password == '\'' || *password == '\\')
            buffer_add_char(out, '\\');
        buffer_add_char(out, *password);
    }
    buffer_add_char(out, '\'');
}

struct result conninfo_read(const char *conninfo, const char *password_file, struct buffer *out) {
    buffer_init(out, CONNINFO_LIMIT);
    buffer_add_string(out, conninfo);
    if (!password_file)
        return result_ok();
    struct buffer password;
    struct result read = file_bytes_read_secret(password_file, &password);
    if (result_is_ok(&read) && is_uri(conninfo))
        add_to_uri(conninfo, password.data, out);
    else if (result_is_ok(&read))
        add_to_words(password.data, out);
    file_bytes_wipe_secret(&password);
    return read;
}
