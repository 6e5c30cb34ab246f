/*
 * What kairanctl prints cannot command the terminal.
 */
#ifndef KAIRAN_CTL_CTL_MASK_H
#define KAIRAN_CTL_CTL_MASK_H

#include <stdbool.h>
#include <stddef.h>

/* From here on standard output and standard error show control characters and marks that turn
 * the direction of a line as "\u001b", which JSON reads as the character, and octets that are no
 * UTF-8 as "\x9b". Line ends and tabs stay. Called once, before anything is said. */
void ctl_mask_open(void);

/* Octets for a program, as they are: nothing is masked, unless a terminal would show them. */
void ctl_mask_write_raw(const void *octets, size_t length);

/* What moves the cursor: kairanctl's own, on a terminal. */
void ctl_mask_move(bool to_stderr, const char *sequence);

#endif
