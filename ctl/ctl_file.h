/*
 * A file that a command writes.
 */
#ifndef KAIRAN_CTL_CTL_FILE_H
#define KAIRAN_CTL_CTL_FILE_H

/* Write the text to a file, whole or not at all; "-" is standard output. EX_OK, or EX_CANTCREAT or
 * EX_IOERR after having said why. */
int ctl_file_write(const char *path, const char *text);

#endif
