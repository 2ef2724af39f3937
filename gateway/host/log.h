#ifndef PONTIS_HOST_LOG_H
#define PONTIS_HOST_LOG_H

/* One line an event on stderr, in logfmt or JSON, in UTC. Never a name, an account or a remittance text: a
 * line may be read by people who must not see them. `corridor` and `uetr` are given wherever they are known.
 *
 * Of one event at most LOG_MOST_LINES are written a second; what is left out is counted, and told by the
 * event's next line ("repeated=17") or by log_flush. */
enum log_level { LOG_INFO, LOG_WARNING, LOG_ERROR };

enum { LOG_MOST_LINES = 20 };

/* log_write(LOG_INFO, "corridor.applied", "corridor", name, "version", text, NULL): keys and values in pairs,
 * closed by NULL. An empty or NULL value is left out. */
void log_write(enum log_level level, const char *event, ...) __attribute__((sentinel));

/* Stamped on every line from now on ("home", "home/1"); the string outlives the process. */
void log_set_name(const char *name);
/* "logfmt" or "json", and the least that is written: "info", "warning" or "error". NULL: as it is. Another
 * word changes nothing; the settings' table lets none through. */
void log_configure(const char *format, const char *level);
/* Tells what was left out of events that have been silent for a second; to be called once a second or so. */
void log_flush(void);

#endif
