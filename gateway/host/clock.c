#include "host/clock.h"

#include <assert.h>
#include <time.h>

static int64_t milliseconds_of(clockid_t clock) {
    struct timespec time;
    int failed = clock_gettime(clock, &time);
    assert(!failed);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

instant clock_wall(void) {
    return milliseconds_of(CLOCK_REALTIME);
}

int64_t clock_boottime(void) {
    return milliseconds_of(CLOCK_BOOTTIME);
}
