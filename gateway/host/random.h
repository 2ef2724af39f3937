#ifndef PONTIS_HOST_RANDOM_H
#define PONTIS_HOST_RANDOM_H

#include <stddef.h>

/* Bytes nobody can foresee, from OpenSSL's generator; aborts when there are none. */
void random_fill(void *bytes, size_t length);

#endif
