#include "host/random.h"

#include <assert.h>
#include <openssl/rand.h>

void random_fill(void *bytes, size_t length) {
    int done = RAND_bytes(bytes, (int)length);
    assert(done == 1);
}
