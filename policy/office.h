/*
 * Names of offices, and titles of those who work there.
 */
#ifndef KAIRAN_POLICY_OFFICE_H
#define KAIRAN_POLICY_OFFICE_H

#include <stdbool.h>
#include <stddef.h>

/* Is this folded word the name of an office (修正申告係), perhaps with a title (総務課長), or a
 * title? One with words of doubt in it is only when it can be nothing else. */
bool office_is_name(const char *word);

/* The octets of a title (課長) that the folded text begins with; 0 when there is none. */
size_t office_match_title(const char *text);

#endif
