/*
 * NAME
 *	template - mails to people, in Japanese and English
 *
 * DESCRIPTION
 *	Reads all templates at start, so that a broken one stops the start and not an
 *	approval. Facts are put in as they are and never looked into again, so that a draft
 *	whose text contains "${...}" is shown as written. A line that says nothing without
 *	its facts, such as "Reason: ${reason}" where nobody gave one, is left out.
 *
 * DIAGNOSTICS
 *	Fatal at start: a missing file, a file without a Subject line, an unknown placeholder,
 *	a key that is there twice, and what Windows editors add: a byte order mark, and CR
 *	line ends, which would get into the words of a ready reply. The error names the file.
 */
#include "config.h"

#include "milter/mail/template.h"

#include <string.h>

#include "policy/text.h"

#define TEMPLATE_BYTE_ORDER_MARK "\xEF\xBB\xBF"

static const char *const template_languages[] = { "ja", "en", NULL };

struct one_template {
	char *subject;
	char *text;
	char *html;
};

struct templates {
	GHashTable *kinds;   /* "ja/request" -> struct one_template */
	GHashTable *phrases; /* "ja/reason.not-staff" -> sentence */
};

static void free_one(void *pointer)
{
	struct one_template *one = pointer;

	if (one == NULL)
		return;
	g_free(one->subject);
	g_free(one->text);
	g_free(one->html);
	g_free(one);
}

void template_free_all(struct templates *templates)
{
	if (templates == NULL)
		return;
	g_hash_table_destroy(templates->kinds);
	g_hash_table_destroy(templates->phrases);
	g_free(templates);
}

/* The name inside the "${name}" that begins at text, and its end; NULL when it is none. */
static char *read_placeholder(const char *text, const char **end_r)
{
	const char *close;

	if (strncmp(text, "${", 2) != 0)
		return NULL;
	close = strchr(text, '}');
	if (close == NULL || strcspn(text, "\n") < (size_t)(close - text))
		return NULL;
	*end_r = close + 1;
	return g_strndup(text + 2, (gsize)(close - text - 2));
}

static bool check_names(const char *path, const char *text, const char *const *names,
			struct kairan_error *error_r)
{
	const char *at = text;

	while ((at = strstr(at, "${")) != NULL) {
		const char *end = at + 2;
		g_autofree char *name = read_placeholder(at, &end);

		if (name == NULL || !g_strv_contains(names, name))
			return error_set(error_r,
					 "template: %s: unknown placeholder ${%s}", path,
					 name != NULL ? name : "");
		at = end;
	}
	return true;
}

static char *read_file(const char *path, struct kairan_error *error_r)
{
	GError *error = NULL;
	char *text = NULL;
	gsize length;

	if (!g_file_get_contents(path, &text, &length, &error)) {
		(void)error_set(error_r, "template: %s", error->message);
		g_error_free(error);
		return NULL;
	}
	if (!g_utf8_validate(text, (gssize)length, NULL)) {
		(void)error_set(error_r, "template: %s: is not UTF-8", path);
		g_free(text);
		return NULL;
	}
	if (strchr(text, '\r') != NULL ||
	    text_begins_with(text, TEMPLATE_BYTE_ORDER_MARK)) {
		(void)error_set(
		    error_r, "template: %s: has CR line ends or a byte order mark", path);
		g_free(text);
		return NULL;
	}
	return text;
}

static bool split_subject(const char *path, const char *file, struct one_template *one,
			  struct kairan_error *error_r)
{
	const char *blank = strstr(file, "\n\n");

	if (!text_begins_with(file, "Subject: ") || blank == NULL ||
	    strcspn(file, "\n") != (size_t)(blank - file))
		return error_set(
		    error_r,
		    "template: %s: wants a line \"Subject: ...\" and a blank line", path);
	one->subject = g_strndup(file + strlen("Subject: "),
				 (gsize)(blank - file) - strlen("Subject: "));
	one->text = g_strdup(blank + 2);
	return true;
}

static bool load_kind(struct templates *templates, const char *folder,
		      const char *language, const char *kind, const char *const *names,
		      struct kairan_error *error_r)
{
	g_autofree char *text_path =
	    g_strdup_printf("%s/%s/%s.txt", folder, language, kind);
	g_autofree char *html_path =
	    g_strdup_printf("%s/%s/%s.html", folder, language, kind);
	g_autofree char *file = read_file(text_path, error_r);
	struct one_template *one;

	if (file == NULL || !check_names(text_path, file, names, error_r))
		return false;
	one = g_new0(struct one_template, 1);
	g_hash_table_insert(templates->kinds, g_strdup_printf("%s/%s", language, kind),
			    one);
	if (!split_subject(text_path, file, one, error_r))
		return false;
	if (!g_file_test(html_path, G_FILE_TEST_EXISTS))
		return true;
	one->html = read_file(html_path, error_r);
	return one->html != NULL && check_names(html_path, one->html, names, error_r);
}

/* Take a line "key = sentence"; the line is cut at the "=". */
static bool add_phrase(GHashTable *phrases, const char *prefix, char *line)
{
	char *equals = strstr(line, " = ");

	if (equals == NULL)
		return false;
	*equals = '\0';
	return g_hash_table_insert(phrases, g_strconcat(prefix, line, NULL),
				   g_strdup(equals + strlen(" = ")));
}

static bool read_phrases(const char *path, GHashTable *phrases, const char *prefix,
			 struct kairan_error *error_r)
{
	g_autofree char *file = read_file(path, error_r);
	char **lines;
	bool ok = true;

	if (file == NULL)
		return false;
	lines = g_strsplit(file, "\n", -1);
	for (size_t i = 0; ok && lines[i] != NULL; i++) {
		if (lines[i][0] == '\0' || lines[i][0] == '#')
			continue;
		if (!add_phrase(phrases, prefix, lines[i]))
			ok = error_set(
			    error_r,
			    "template: %s:%zu: wants \"key = sentence\", a key once",
			    path, i + 1);
	}
	g_strfreev(lines);
	return ok;
}

static bool load_phrases(struct templates *templates, const char *folder,
			 const char *language, struct kairan_error *error_r)
{
	g_autofree char *path = g_strdup_printf("%s/%s/phrases.txt", folder, language);
	g_autofree char *prefix = g_strconcat(language, "/", NULL);

	return read_phrases(path, templates->phrases, prefix, error_r);
}

bool template_read_phrases(const char *path, GHashTable **phrases_r,
			   struct kairan_error *error_r)
{
	GHashTable *phrases =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	if (!read_phrases(path, phrases, "", error_r)) {
		g_hash_table_destroy(phrases);
		return false;
	}
	*phrases_r = phrases;
	return true;
}

bool template_load_all(const char *folder, const char *const *kinds,
		       const char *const *names, struct templates **templates_r,
		       struct kairan_error *error_r)
{
	struct templates *templates = g_new0(struct templates, 1);
	bool ok = true;

	templates->kinds =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_one);
	templates->phrases =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (size_t l = 0; ok && template_languages[l] != NULL; l++) {
		ok = load_phrases(templates, folder, template_languages[l], error_r);
		for (size_t k = 0; ok && kinds[k] != NULL; k++)
			ok = load_kind(templates, folder, template_languages[l], kinds[k],
				       names, error_r);
	}
	if (!ok) {
		template_free_all(templates);
		return false;
	}
	*templates_r = templates;
	return true;
}

/* Not g_markup_escape_text(): its "&apos;" is XML, and shown as such by old HTML readers. */
void template_escape(GString *out, const char *text)
{
	static const char *const entities[] = {
		['&'] = "&amp;",  ['<'] = "&lt;",   ['>'] = "&gt;",
		['"'] = "&quot;", ['\''] = "&#39;",
	};

	for (; *text != '\0'; text++) {
		const unsigned char c = (unsigned char)*text;

		if (c < G_N_ELEMENTS(entities) && entities[c] != NULL)
			g_string_append(out, entities[c]);
		else
			g_string_append_c(out, *text);
	}
}

static void append_fact(GString *out, GHashTable *facts, const char *name, bool html)
{
	g_autofree char *markup_name = g_strconcat(name, ".html", NULL);
	const char *value = g_hash_table_lookup(facts, name);
	const char *markup = g_hash_table_lookup(facts, markup_name);

	if (html && markup != NULL)
		g_string_append(out, markup);
	else if (html && value != NULL)
		template_escape(out, value);
	else if (value != NULL)
		g_string_append(out, value);
}

static void append_filled(GString *out, const char *text, size_t length,
			  GHashTable *facts, bool html)
{
	const char *end = text + length;

	while (text < end) {
		const char *after = text;
		g_autofree char *name =
		    *text == '$' ? read_placeholder(text, &after) : NULL;

		if (name != NULL) {
			append_fact(out, facts, name, html);
			text = after;
		} else {
			g_string_append_c(out, *text++);
		}
	}
}

/* Has this line placeholders, and are the facts of all of them empty? */
static bool is_empty_line(const char *line, size_t length, GHashTable *facts)
{
	bool found = false;

	for (const char *at = line; at < line + length; at++) {
		const char *after;
		g_autofree char *name = *at == '$' ? read_placeholder(at, &after) : NULL;
		const char *value =
		    name != NULL ? g_hash_table_lookup(facts, name) : NULL;

		if (value != NULL && *value != '\0')
			return false;
		found = found || name != NULL;
	}
	return found;
}

/* One line, a subject or a phrase, that stays whatever its facts are. */
static char *fill_line(const char *line, GHashTable *facts)
{
	GString *out = g_string_new(NULL);

	append_filled(out, line, strlen(line), facts, false);
	return g_string_free(out, FALSE);
}

/* Line by line. Where lines are left out between two blank ones, one of those is enough. */
static char *fill(const char *text, GHashTable *facts, bool html)
{
	GString *out = g_string_new(NULL);
	bool after_blank = true, left_out = false;

	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		size_t whole = length + (text[length] == '\n' ? 1 : 0);

		if (is_empty_line(text, length, facts)) {
			left_out = true;
		} else if (length > 0 || !after_blank || !left_out) {
			append_filled(out, text, whole, facts, html);
			after_blank = length == 0;
			left_out = false;
		}
		text += whole;
	}
	return g_string_free(out, FALSE);
}

bool template_fill(const struct templates *templates, const char *language,
		   const char *kind, GHashTable *facts, struct template_mail *mail_r,
		   struct kairan_error *error_r)
{
	g_autofree char *key = g_strdup_printf("%s/%s", language, kind);
	const struct one_template *one = g_hash_table_lookup(templates->kinds, key);

	if (one == NULL)
		return error_set(error_r, "template: there is no %s", key);
	mail_r->subject = fill_line(one->subject, facts);
	mail_r->text = fill(one->text, facts, false);
	mail_r->html = one->html != NULL ? fill(one->html, facts, true) : NULL;
	return true;
}

void template_mail_clear(struct template_mail *mail)
{
	g_free(mail->subject);
	g_free(mail->text);
	g_free(mail->html);
	*mail = (struct template_mail){ NULL, NULL, NULL };
}

const char *template_get_phrase(const struct templates *templates, const char *language,
				const char *key)
{
	g_autofree char *whole = g_strdup_printf("%s/%s", language, key);
	const char *phrase = g_hash_table_lookup(templates->phrases, whole);

	return phrase != NULL ? phrase : key;
}

char *template_fill_phrase(const struct templates *templates, const char *language,
			   const char *key, GHashTable *facts)
{
	return fill_line(template_get_phrase(templates, language, key), facts);
}
