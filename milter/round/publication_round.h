/*
 * What went out is told beside the mail: by feeds, by CAP files, and by a program.
 */
#ifndef KAIRAN_MILTER_ROUND_PUBLICATION_ROUND_H
#define KAIRAN_MILTER_ROUND_PUBLICATION_ROUND_H

/* The thread that notes what is to be told, and writes the files; context is the struct kairan. */
void *publication_round_run(void *context);

#endif
