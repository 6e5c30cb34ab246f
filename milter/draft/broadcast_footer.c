/*
 * NAME
 *	broadcast_footer - what stands below the text of a broadcast
 *
 * DESCRIPTION
 *	The words are the broadcast's own in the directory (ldap_broadcast_footer), or those of
 *	the setting broadcast_footer: "none", "standard", or a text in which {section}, {phone}
 *	and {leave} stand for the section's name, its telephone numbers and the address by which
 *	residents leave the list. A line whose words in braces are all empty is left out.
 *
 *	Below a text in another language stands the standard one, in English: the town's own
 *	words are in Japanese.
 *
 *	The footer is no text of the draft (Art. 13-2(2)), and staff do not write it; but old
 *	phones read it, so it has no machine-dependent characters either (Art. 13-2(3)) where the
 *	list may not have them.
 *
 * DIAGNOSTICS
 *	Warning: a line that is left out for such a character.
 */
#include "config.h"

#include "milter/draft/broadcast_footer.h"

#include <string.h>

#include "conf/log.h"
#include "milter/core/notice.h"
#include "milter/draft/text.h"
#include "milter/mail/charset.h"
#include "policy/language.h"

/* What parts it from the text. */
#define FOOTER_RULE "\n\n----------\n"

#define WORDS_MOST 3

struct footer_word {
	const char *name; /* with its braces */
	char *value;
};

/* The broadcast's own value where it has one. */
static const char *choose(const char *own, const char *setting)
{
	return own != NULL && *own != '\0' ? own : setting;
}

static char *make_standard(const struct setup *setup, const char *language)
{
	static const char *const keys[] = { "footer.section", "footer.phone",
					    "footer.leave" };
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		g_string_append_printf(
		    text, "%s%s", i > 0 ? "\n" : "",
		    template_get_phrase(setup->templates, language, keys[i]));
	return g_string_free(text, FALSE);
}

/* The line with its words; NULL where none of them has a value. */
static char *fill_line(const char *line, const struct footer_word *words)
{
	GString *filled = g_string_new(line);
	bool has_words = false, has_values = false;

	for (size_t i = 0; i < WORDS_MOST; i++) {
		if (strstr(line, words[i].name) == NULL)
			continue;
		has_words = true;
		has_values = has_values || *words[i].value != '\0';
		(void)g_string_replace(filled, words[i].name, words[i].value, 0);
	}
	return g_string_free(filled, has_words && !has_values);
}

/* May phones get this line? */
static bool may_stand(const struct setup *setup, const char *list, const char *line)
{
	if (charset_fits_iso2022jp(line) || draft_text_may_be_wide(setup->settings, list))
		return true;
	log_event(LOG_LEVEL_WARNING, NULL, 0,
		  "the footer of the list %s is without the line \"%s\", which has a "
		  "machine-dependent character (Art. 13-2(3))",
		  list, line);
	return false;
}

static char *fill(const struct setup *setup, const char *list, const char *text,
		  const struct footer_word *words)
{
	GString *out = g_string_new(NULL);
	char **lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i] != NULL; i++) {
		g_autofree char *line = fill_line(lines[i], words);

		if (line != NULL && may_stand(setup, list, line))
			g_string_append_printf(out, "%s%s", out->len > 0 ? "\n" : "",
					       line);
	}
	g_strfreev(lines);
	return g_strchomp(g_string_free(out, FALSE));
}

char *broadcast_footer_make(const struct setup *setup, const struct broadcast *broadcast,
			    const struct section *section, const char *list,
			    const char *language)
{
	const struct settings *settings = setup->settings;
	const bool is_twin = *language != '\0';
	const bool ja = is_twin ? language_is_japanese(language)
				: strcmp(settings->language, "ja") == 0;
	const char *chosen = choose(broadcast->footer, settings->broadcast_footer);
	g_autofree char *text = NULL;
	g_autofree char *phones = section->phones != NULL
				      ? g_strjoinv(ja ? "、" : ", ", section->phones)
				      : g_strdup("");
	g_autofree char *leave =
	    g_strdup_printf("leave-%s@%s", list, settings->service_domain);
	const struct footer_word words[WORDS_MOST] = {
		{ "{section}", ja ? section->name_ja : section->name_en },
		{ "{phone}", phones },
		{ "{leave}", leave },
	};

	if (*chosen == '\0' || strcmp(chosen, "none") == 0)
		return g_strdup("");
	text = strcmp(chosen, "standard") == 0 || (is_twin && !ja)
		   ? make_standard(setup, ja ? "ja" : "en")
		   : notice_clean_text(chosen);
	return fill(setup, list, text, words);
}

char *broadcast_footer_find_reply_to(const struct setup *setup,
				     const struct broadcast *broadcast,
				     const struct section *section)
{
	const char *chosen =
	    choose(broadcast->reply_to, setup->settings->broadcast_reply_to);

	if (strcmp(chosen, "none") == 0)
		return g_strdup("");
	if (strcmp(chosen, "section") == 0)
		chosen = section->shared_mails != NULL ? section->shared_mails[0] : NULL;
	return g_strdup(chosen != NULL && setting_value_is_reply_to(chosen) ? chosen
									    : "");
}

char *broadcast_footer_add(const char *text, const char *footer)
{
	g_autofree char *start = NULL;

	if (*footer == '\0')
		return g_strdup(text);
	start = g_strchomp(g_strdup(text));
	return g_strconcat(start, FOOTER_RULE, footer, NULL);
}
