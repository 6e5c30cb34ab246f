/*
 * The administrator's program, which is told of each release.
 */
#ifndef KAIRAN_MILTER_ROUND_PUBLICATION_PROGRAM_H
#define KAIRAN_MILTER_ROUND_PUBLICATION_PROGRAM_H

/* The thread; context is the struct kairan. */
void *publication_program_run(void *context);

#endif
