/*
 * The sample files of conf/ and schema/, as they were when kairanctl was built: setup writes
 * what INSTALL tells to copy.
 */
#ifndef KAIRAN_CTL_SETUP_SAMPLES_H
#define KAIRAN_CTL_SETUP_SAMPLES_H

/* A sample's text by its path in the source folder ("conf/slapd/tree.ldif"). One that is not
 * there is a mistake of ours, and ends the program. */
const char *samples_find(const char *name);

#endif
