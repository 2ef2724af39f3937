#ifndef PONTIS_HOST_CLOCK_H
#define PONTIS_HOST_CLOCK_H

#include "base/instant.h"

/* Wall clock, UTC. */
instant clock_wall(void);
/* Milliseconds that never go back and run on while the machine sleeps (CLOCK_BOOTTIME). */
int64_t clock_boottime(void);

#endif
