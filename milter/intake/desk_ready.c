/*
 * NAME
 *	desk_ready - ready texts by mail
 *
 * DESCRIPTION
 *	A mail to template@ without a subject is answered with the names of the ready texts of the
 *	writer's sections; one with a name in its subject with the text, and a link that opens it
 *	as a draft to the section's broadcast address, to be filled in and sent from a phone.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/intake/desk.h"

#include <stdlib.h>
#include <string.h>

#include "milter/core/notice.h"
#include "milter/core/own_address.h"
#include "milter/draft/abilities.h"
#include "milter/draft/ready_texts.h"

/* What the answer is made of. */
struct ready_answer {
	const struct intake_context *context;
	const struct person *person;
	const struct abilities *abilities;
	const GPtrArray *texts;
	const char *subject; /* what was asked for; "": the list */
};

/* Where drafts of the person go: the first of their addresses; "" where they write to none. */
static char *find_address(const struct abilities *abilities)
{
	const char *first = abilities->addresses->len > 0
				? g_ptr_array_index(abilities->addresses, 0)
				: "";

	return g_strndup(first, strcspn(first, " "));
}

static void answer_text(const struct ready_answer *ready, const struct ready_text *text,
			struct desk_answer *answer_r)
{
	g_autofree char *address = find_address(ready->abilities);
	g_autofree char *link = ready_texts_link(address, text->subject, text->text);
	g_autofree char *all =
	    g_strjoinv("\n  ", (char **)ready->abilities->addresses->pdata);

	answer_r->kind = NOTICE_READY_TEXT;
	answer_r->facts =
	    notice_make_facts("ready_name", text->name, "ready_address", all,
			      "ready_subject", text->subject, "ready_text", text->text,
			      "ready_link", *address != '\0' ? link : "", NULL);
}

static void answer_list(const struct ready_answer *ready, struct desk_answer *answer_r)
{
	const struct setup *setup = ready->context->setup;
	const char *language = ready->person->language;
	g_autofree char *address =
	    own_address_make(setup->settings, SERVICE_TEMPLATE, "");
	g_autoptr(GString) list = g_string_new(NULL);
	const bool is_unknown = *ready->subject != '\0' && ready->texts->len > 0;

	for (guint i = 0; i < ready->texts->len; i++) {
		const struct ready_text *text = g_ptr_array_index(ready->texts, i);
		g_autofree char *link = ready_texts_link(address, text->name, "");

		g_string_append_printf(list, "%s・%s\n  %s", i > 0 ? "\n" : "",
				       text->name, link);
	}
	answer_r->kind = NOTICE_READY_LIST;
	answer_r->facts = notice_make_facts(
	    "ready_list", list->str, "ready_address", address, "ready_name",
	    is_unknown ? ready->subject : "", "ready_note",
	    template_get_phrase(setup->templates, language,
				ready->texts->len == 0 ? "ready.none"
				: is_unknown           ? "ready.unknown"
						       : "ready.how"),
	    NULL);
}

static char *read_subject(const struct message *message)
{
	char *decoded = NULL;
	char *subject;

	if (!message_decode_subject(message, &decoded, NULL))
		return g_strdup("");
	subject = g_strstrip(notice_clean_text(decoded));
	free(decoded);
	return subject;
}

bool desk_ready_answer(const struct intake_context *context,
		       const struct desk_question *question, struct desk_answer *answer_r,
		       struct kairan_error *error_r)
{
	const char *root = context->setup->settings->ready_texts;
	struct abilities *abilities =
	    desk_find_abilities(context, question->person, error_r);
	g_autofree char *subject = read_subject(question->message);
	GPtrArray *texts = NULL;

	if (abilities == NULL)
		return false;
	g_ptr_array_add(abilities->folders, NULL);
	g_ptr_array_add(abilities->addresses, NULL);
	abilities->addresses->len--;
	if (*root != '\0' && abilities->duties->len > 0)
		texts =
		    ready_texts_list(root, (char **)abilities->folders->pdata, error_r);
	else
		texts = g_ptr_array_new();
	if (texts != NULL) {
		const struct ready_answer ready = { context, question->person, abilities,
						    texts, subject };
		const struct ready_text *text =
		    *subject != '\0' ? ready_texts_find(texts, subject) : NULL;

		if (text != NULL)
			answer_text(&ready, text, answer_r);
		else
			answer_list(&ready, answer_r);
		g_ptr_array_unref(texts);
	}
	abilities_free(abilities);
	return texts != NULL;
}
