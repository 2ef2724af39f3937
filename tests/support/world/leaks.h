#ifndef PONTIS_TESTS_SUPPORT_LEAKS_H
#define PONTIS_TESTS_SUPPORT_LEAKS_H

/* A crash of the simulated world leaves the memory of calls under way behind, as kill -9 does: what is
 * allocated between begin and end is no leak. */
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#define leaks_forgive_begin() __lsan_disable()
#define leaks_forgive_end()   __lsan_enable()
#else
#define leaks_forgive_begin() ((void)0)
#define leaks_forgive_end()   ((void)0)
#endif

#endif
