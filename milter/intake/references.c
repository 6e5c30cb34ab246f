/*
 * NAME
 *	intake_references - which notice a mail answers
 *
 * DESCRIPTION
 *	By In-Reply-To, or else by References; the notice's Message-ID has the token of the
 *	address that it may be answered to (policy/notice_id.h).
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/intake/references.h"

#include <stdlib.h>
#include <string.h>

#include "milter/mail/encoded_word.h"

static void collect(const struct intake_context *context, const struct message *message,
		    const char *name, struct notice_references *references)
{
	const char *domain = context->setup->settings->service_domain;
	const char *value;

	for (size_t n = 0; (value = message_get_header(message, name, n)) != NULL; n++) {
		char *decoded = NULL;

		/* Programs that fold a long id have no better way than encoded words. */
		if (strstr(value, "=?") != NULL &&
		    encoded_word_decode(value, &decoded, NULL))
			value = decoded;
		notice_id_collect(value, domain, references);
		free(decoded);
	}
}

/* In-Reply-To names the mail that is answered, References also those before it. */
void references_find(const struct intake_context *context, const struct message *message,
		     struct notice_references *references_r)
{
	*references_r = (struct notice_references){ .kind = SERVICE_NONE };
	collect(context, message, "In-Reply-To", references_r);
	if (references_r->count == 0)
		collect(context, message, "References", references_r);
}
