#ifndef PONTIS_HOST_LOG_H
#define PONTIS_HOST_LOG_H

/* One line an event on stderr, in logfmt. Never a name, an account or a remittance text: a line may be read
 * by people who must not see them. */
enum log_level { LOG_INFO, LOG_WARNING, LOG_ERROR };

/* log_write(LOG_INFO, "corridor.applied", "corridor", name, "version", text, NULL): keys and values in pairs,
 * closed by NULL. An empty or NULL value is left out. */
void log_write(enum log_level level, const char *event, ...) __attribute__((sentinel));

/* Stamped on every line from now on ("home", "home/1"); the string outlives the process. */
void log_set_name(const char *name);

#endif
