/*
 * What people's signatures are made of: names, sections, numbers, addresses.
 */
#ifndef KAIRAN_POLICY_SIGNATURE_H
#define KAIRAN_POLICY_SIGNATURE_H

#include <stdbool.h>

#include "policy/own_words.h"

/* What a line is as part of a signature; the more, the surer. */
enum signature_kind {
	SIGNATURE_NONE,    /* words of another kind are in it */
	SIGNATURE_PERHAPS, /* words that may be names, and nothing else */
	SIGNATURE_PLACE,   /* an office, a title, an address */
	SIGNATURE_CONTACT, /* a number to call, a mail or web address */
	SIGNATURE_SECTION, /* the person's own section */
	SIGNATURE_NAME,    /* the person's own name */
};

/* What a line (UTF-8) is. rest_r gets what of it may be a word of doubt, folded: all but the
 * person's own names, offices, and addresses; g_free(). ruled: the line stands below a ruler. */
enum signature_kind signature_read_line(const char *line, const struct own_words *own,
					bool ruled, char **rest_r);

#endif
