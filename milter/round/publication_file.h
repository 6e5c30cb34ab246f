/*
 * Files that a web server reads while they are replaced.
 */
#ifndef KAIRAN_MILTER_ROUND_PUBLICATION_FILE_H
#define KAIRAN_MILTER_ROUND_PUBLICATION_FILE_H

#include <stdbool.h>

#include "policy/error.h"

/* Put a text into FOLDER/NAME, which everybody may read: whoever opens it finds all of the old one
 * or all of the new one, and the new one is on the disk when this returns true. A file that has
 * this text and may be read is left alone. The folder must be there. */
bool publication_file_write(const char *folder, const char *name, const char *text,
			    struct kairan_error *error_r);

/* Remove it; one that is not there is no error. */
bool publication_file_remove(const char *folder, const char *name,
			     struct kairan_error *error_r);

#endif
