#ifndef PONTIS_STORE_ORACLE_H
#define PONTIS_STORE_ORACLE_H

/* Entering a committing session: ends the backend before it, waits for its transaction, and learns the number
 * of the last committed batch. For a commit whose answer never came this is the truth. The context is the
 * store; both are callbacks of its committing connection. */
void oracle_ask(void *context);
void oracle_lost(void *context, const char *detail);

#endif
