/*
 * Places where a test may stop a program in its tracks. Only in a build with
 * --enable-faults; in any other they are nothing at all.
 */
#ifndef KAIRAN_CONF_FAULT_H
#define KAIRAN_CONF_FAULT_H

#include "config.h"

#ifdef ENABLE_FAULTS

/* Points act when the folder "faults" stands beside the file of the setting test_clock. Their
 * names begin with the program's ("daemon", "ctl"; borrowed for good). */
void fault_open(const char *test_clock, const char *program);

/* Note that this point was passed, and stop (SIGSTOP) when the test waits for it here. */
void fault_point(const char *name);

#else

#define fault_open(test_clock, program) ((void)0)
#define fault_point(name)               ((void)0)

#endif

#endif
