/*
 * NAME
 *	recall - Outlook's recall of a message
 *
 * DESCRIPTION
 *	Outlook takes nothing back outside its own mail system. There a recall is a mail whose
 *	subject is "Recall:", in the language of the program, and that of the message; its text
 *	is one sentence, by which a person, who is named, asks for the message, whose subject
 *	is said, to be recalled. Its rich text may come beside it as winmail.dat, or alone.
 *
 *	Towns do take orders back, and say so by the same words. So the subject alone makes no
 *	recall, and of the text only the program's sentence does: one that is known, or one that
 *	names the writer and says the subject.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/recall.h"

#include <glib.h>
#include <string.h>

#include "policy/text.h"

/* A gateway may put its own lines above the sentence. */
#define PARAGRAPHS_MOST 3

/* The sentence has a name and a subject in it, and is no longer, in octets. */
#define SENTENCE_MOST 1000

/* Of what subjects begin with, folded. */
static const struct {
	const char *words;
	bool is_enough; /* without a colon behind it */
} recall_words[] = {
	{ "メッセージの取り消し", true },
	{ "メッセージの取消し", true },
	{ "メッセージの取消", true },
	{ "取り消し", false },
	{ "取消し", false },
	{ "取消", false },
	{ "message recall", true },
	{ "recall", false },
	{ "rückruf", false },
	{ "zurückrufen", false },
	{ "rappel", false },
	{ "rappeler", false },
	{ "recuperar", false },
	{ "recuperación", false },
	{ "richiamo", false },
	{ "richiama", false },
	{ "recolher", false },
	{ "intrekken", false },
	{ "terugroepen", false },
	{ "återkalla", false },
	{ "отзыв", false },
	{ "отозвать", false },
	{ "撤回", false },
	{ "召回", false },
	{ "收回", false },
	{ "회수", false },
	{ "취소", false },
};

/* What only the program's sentence holds, folded. */
static const struct {
	const char *one, *other;
} recall_sentences[] = {
	{ "の取り消しを要求", "メッセージ" },
	{ "の取り消しを要求", "メール" },
	{ "の取消しを要求", "メッセージ" },
	{ "would like to recall the message", "" },
	{ "möchte die nachricht", "zurückrufen" },
	{ "将撤回邮件", "" },
};

const char *recall_skip_words(const char *subject)
{
	for (size_t i = 0; i < G_N_ELEMENTS(recall_words); i++) {
		const glong count = g_utf8_strlen(recall_words[i].words, -1);
		const char *at = subject;
		g_autofree char *folded = NULL;

		/* None of the words changes its length when it is folded. */
		for (glong n = 0; n < count && *at != '\0'; n++)
			at = g_utf8_next_char(at);
		folded = text_fold_case(subject, (size_t)(at - subject));
		if (strcmp(folded, recall_words[i].words) != 0)
			continue;
		while (g_unichar_isspace(g_utf8_get_char(at)))
			at = g_utf8_next_char(at);
		if (*at != ':' && !text_begins_with(at, "：") &&
		    !recall_words[i].is_enough)
			continue;
		if (*at == ':' || text_begins_with(at, "："))
			at = g_utf8_next_char(at);
		while (g_unichar_isspace(g_utf8_get_char(at)))
			at = g_utf8_next_char(at);
		return at;
	}
	return NULL;
}

/* Folded, and without blanks: programs write "高橋　誠" in their own way, and break lines. */
static char *squeeze(const char *text)
{
	g_autofree char *folded = text_fold_case(text, strlen(text));
	GString *rest = g_string_new(NULL);

	for (const char *at = folded; *at != '\0'; at = g_utf8_next_char(at)) {
		const gunichar c = g_utf8_get_char(at);

		if (!g_unichar_isspace(c) && g_unichar_type(c) != G_UNICODE_FORMAT)
			g_string_append_unichar(rest, c);
	}
	return g_string_free(rest, FALSE);
}

static bool is_known_sentence(const char *squeezed)
{
	for (size_t i = 0; i < G_N_ELEMENTS(recall_sentences); i++) {
		g_autofree char *one = squeeze(recall_sentences[i].one);
		g_autofree char *other = squeeze(recall_sentences[i].other);

		if (strstr(squeezed, one) != NULL && strstr(squeezed, other) != NULL)
			return true;
	}
	return false;
}

/* Does it begin with what the writer is called, and say the subject that is recalled? */
static bool names_both(const char *squeezed, const char *const *names,
		       const char *recalled)
{
	g_autofree char *subject = squeeze(recalled);

	if (*subject == '\0' || strstr(squeezed, subject) == NULL)
		return false;
	for (; names != NULL && *names != NULL; names++) {
		g_autofree char *name = squeeze(*names);

		if (*name != '\0' && text_begins_with(squeezed, name))
			return true;
	}
	return false;
}

bool recall_is_one(const struct recall_facts *facts)
{
	const char *recalled = recall_skip_words(facts->subject);
	char **paragraphs;
	bool found = false, has_text = false;

	if (facts->is_marked)
		return true;
	if (recalled == NULL)
		return false;
	paragraphs = g_strsplit(facts->text, "\n\n", PARAGRAPHS_MOST + 1);
	for (size_t i = 0; i < PARAGRAPHS_MOST && paragraphs[i] != NULL; i++) {
		g_autofree char *squeezed = NULL;

		if (strlen(paragraphs[i]) > SENTENCE_MOST) {
			has_text = true;
			continue;
		}
		squeezed = squeeze(paragraphs[i]);
		has_text = has_text || *squeezed != '\0';
		found = found || is_known_sentence(squeezed) ||
			names_both(squeezed, facts->names, recalled);
	}
	g_strfreev(paragraphs);
	/* Nobody writes to residents without a text. */
	return found || !has_text;
}
