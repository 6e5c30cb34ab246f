/*
 * What stands below the text of a broadcast: who sends it, whom to call, how to leave.
 */
#ifndef KAIRAN_MILTER_DRAFT_BROADCAST_FOOTER_H
#define KAIRAN_MILTER_DRAFT_BROADCAST_FOOTER_H

#include "milter/core/kairan.h"
#include "schema/store_draft.h"

/* The footer of what a section sends by a broadcast address to one of its lists, in that list's
 * language ("": the setting's), with LF line ends and none at its end; "" where there is none. It is kept with the draft, so that what goes out is what the approver
 * saw. Free with g_free(). */
char *broadcast_footer_make(const struct setup *setup, const struct broadcast *broadcast,
			    const struct section *section, const char *list,
			    const char *language);

/* Where answers to it go: an addr-spec, or "" where they go to the broadcast address, which answers
 * whom to ask. Free with g_free(). */
char *broadcast_footer_find_reply_to(const struct setup *setup,
				     const struct broadcast *broadcast,
				     const struct section *section);

/* A text with its footer below a line, as subscribers get it. Free with g_free(). */
char *broadcast_footer_add(const char *text, const char *footer);

#endif
