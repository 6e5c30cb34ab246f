/*
 * NAME
 *	part - the parts of a draft
 *
 * DESCRIPTION
 *	A draft carries its text in several languages, one below the other, with a line above
 *	each that names the language ("=== English ===", the setting part_line). Case, width and
 *	blanks of that line do not count, and a language may be named as people name it
 *	(policy/language.h).
 *
 *	What stands above the first such line, or below one that names Japanese, is the draft's
 *	own text. Where a broadcast has twins every line of this shape must name one of them:
 *	a slip of the pen would send English to those who asked for Japanese. Where it has none
 *	there is nothing to part.
 *
 * DIAGNOSTICS
 *	None: what cannot be read is a finding.
 */
#include "policy/part.h"

#include <stdlib.h>
#include <string.h>

#include "policy/finding.h"
#include "policy/language.h"
#include "policy/line.h"
#include "policy/text.h"

/* ---- twins ---- */

bool twin_read(const char *value, char **twin_r)
{
	char **words = g_strsplit_set(value, " \t", -1);
	const char *found[3] = { NULL };
	size_t count = 0;
	bool ok;

	for (size_t i = 0; words[i] != NULL && count < G_N_ELEMENTS(found); i++)
		if (*words[i] != '\0')
			found[count++] = words[i];
	ok = count == 2;
	if (ok) {
		g_autofree char *language = g_ascii_strdown(found[0], -1);

		ok =
		    language_is_tag(language) && strcmp(language, LANGUAGE_JAPANESE) != 0;
		if (ok)
			*twin_r = g_strdup_printf("%s %s", language, found[1]);
	}
	g_strfreev(words);
	return ok;
}

bool twin_may_join(const char *own_list, char *const *twins, size_t count,
		   const char *twin)
{
	const char *list = twin_list(twin);
	const size_t language = (size_t)(list - twin); /* with the blank behind it */

	if (own_list != NULL && strcmp(own_list, list) == 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (strncmp(twins[i], twin, language) == 0 ||
		    strcmp(twin_list(twins[i]), list) == 0)
			return false;
	return true;
}

const char *twin_list(const char *twin)
{
	return strchr(twin, ' ') + 1;
}

char *twin_language(const char *twin)
{
	return g_strndup(twin, (gsize)(strchr(twin, ' ') - twin));
}

char *twin_find_language(char *const *twins, const char *list)
{
	for (size_t i = 0; twins[i] != NULL; i++)
		if (g_ascii_strcasecmp(twin_list(twins[i]), list) == 0)
			return twin_language(twins[i]);
	return NULL;
}

const char *twin_find_list(char *const *twins, const char *language)
{
	const size_t length = strlen(language);

	for (size_t i = 0; twins != NULL && twins[i] != NULL; i++)
		if (strncmp(twins[i], language, length) == 0 && twins[i][length] == ' ')
			return twin_list(twins[i]);
	return NULL;
}

/* ---- parts ---- */

static void free_part(void *context)
{
	struct part *part = context;

	g_free(part->language);
	g_free(part->list);
	g_free(part->subject);
	g_free(part->text);
	g_free(part->in_reply_to);
	g_free(part->footer);
	g_free(part);
}

GPtrArray *part_new_list(void)
{
	return g_ptr_array_new_with_free_func(free_part);
}

struct part *part_new(const char *language, const char *list)
{
	struct part *part = g_new0(struct part, 1);

	part->language = g_strdup(language);
	part->list = g_strdup(list);
	part->subject = g_strdup("");
	part->text = g_strdup("");
	part->in_reply_to = g_strdup("");
	part->footer = g_strdup("");
	return part;
}

struct part *part_find(const GPtrArray *parts, const char *language)
{
	for (guint i = 0; parts != NULL && i < parts->len; i++) {
		struct part *part = g_ptr_array_index(parts, i);

		if (strcmp(part->language, language) == 0)
			return part;
	}
	return NULL;
}

/* ---- lines that part ---- */

/* For comparing: of one case and width, and without blanks. Free with g_free(). */
static char *fold(const char *line, size_t length)
{
	char *folded = text_fold_case(line, length);
	GString *out = g_string_new(NULL);

	for (const char *at = folded; *at != '\0'; at = g_utf8_next_char(at))
		if (!line_is_blank_at(at))
			g_string_append_unichar(out, g_utf8_get_char(at));
	free(folded);
	return g_string_free(out, FALSE);
}

bool part_line_is_fit(const char *line)
{
	const char *word = strstr(line, PART_LINE_WORD);
	g_autofree char *before = word != NULL ? fold(line, (size_t)(word - line)) : NULL;

	return before != NULL && *before != '\0' && strpbrk(line, "\r\n") == NULL &&
	       strstr(word + strlen(PART_LINE_WORD), PART_LINE_WORD) == NULL;
}

static bool has_letter(const char *word)
{
	for (; *word != '\0'; word = g_utf8_next_char(word))
		if (g_unichar_isalpha(g_utf8_get_char(word)))
			return true;
	return false;
}

/* What stands where the setting has LANGUAGE; NULL: the line is of another shape. */
static char *find_word(const char *setting, const char *line)
{
	const char *place = strstr(setting, PART_LINE_WORD);
	const char *behind = place + strlen(PART_LINE_WORD);
	g_autofree char *start = fold(setting, (size_t)(place - setting));
	g_autofree char *end = fold(behind, strlen(behind));
	g_autofree char *folded = fold(line, strlen(line));
	const size_t edges = strlen(start) + strlen(end);
	g_autofree char *word = NULL;

	if (strlen(folded) <= edges || !text_begins_with(folded, start) ||
	    !g_str_has_suffix(folded, end))
		return NULL;
	word = g_strndup(folded + strlen(start), strlen(folded) - edges);
	return has_letter(word) ? g_steal_pointer(&word) : NULL;
}

/* A language's line as it is to be written, as far as is known. */
static char *make_line(const char *setting, const char *language, const char *reader)
{
	char **pieces = g_strsplit(setting, PART_LINE_WORD, 2);
	char *line = g_strjoinv(language_name(language, reader), pieces);

	g_strfreev(pieces);
	return line;
}

/* Those that the broadcast has; NULL: none. */
static char *list_lines(const struct parting *parting)
{
	GString *lines = g_string_new(NULL);

	for (size_t i = 0; parting->twins != NULL && parting->twins[i] != NULL; i++) {
		g_autofree char *language = twin_language(parting->twins[i]);
		g_autofree char *line = make_line(parting->line, language, "en");

		g_string_append_printf(lines, "%s%s", i > 0 ? " / " : "", line);
	}
	if (lines->len > 0)
		return g_string_free(lines, FALSE);
	(void)g_string_free(lines, TRUE);
	return NULL;
}

/* The language among the twins that somebody means by this one: itself, or the only one that is
 * more exact ("zh-hant" by "zh"). NULL: none. Free with g_free(). */
static char *find_twin(char *const *twins, const char *language)
{
	g_autofree char *start = g_strconcat(language, "-", NULL);
	const char *found = NULL;

	if (twin_find_list(twins, language) != NULL)
		return g_strdup(language);
	for (size_t i = 0; twins != NULL && twins[i] != NULL; i++) {
		if (!text_begins_with(twins[i], start))
			continue;
		if (found != NULL)
			return NULL;
		found = twins[i];
	}
	return found != NULL ? twin_language(found) : NULL;
}

/* The language that a line parts off: that of a twin, or "ja"; "" for a line of this shape that
 * names none of them; NULL for any other line. Free with g_free(). */
static char *find_language(const struct parting *parting, const char *line)
{
	g_autofree char *word = find_word(parting->line, line);
	const char *known = word != NULL ? language_find(word) : NULL;
	char *language;

	if (word == NULL)
		return NULL;
	if (known != NULL && strcmp(known, LANGUAGE_JAPANESE) == 0)
		return g_strdup(known);
	language = find_twin(parting->twins, known != NULL ? known : word);
	return language != NULL ? language : g_strdup("");
}

/* ---- splitting ---- */

/* The value of a line "Subject: value"; NULL: it is another line. */
static char *find_subject(const char *line)
{
	static const char *const names[] = { "subject", "件名",   "title",   "主题",
					     "主題",    "标题",   "標題",    "제목",
					     "assunto", "asunto", "tiêu đề", NULL };
	const char *colon = strchr(line, ':');
	const char *wide = strstr(line, "：");
	const char *end = colon != NULL && (wide == NULL || colon < wide) ? colon : wide;
	g_autofree char *name = end != NULL ? fold(line, (size_t)(end - line)) : NULL;
	char *value;

	for (size_t i = 0; name != NULL && names[i] != NULL; i++) {
		g_autofree char *known = fold(names[i], strlen(names[i]));

		if (strcmp(known, name) != 0)
			continue;
		value = g_strdup(g_utf8_next_char(end));
		text_fold_line(value);
		return value;
	}
	return NULL;
}

/* Text without its blank ends, as it goes out. Free with g_free(). */
static char *normalize(const char *text)
{
	char *normal = text_normalize(text);
	char *own = g_strdup(normal != NULL ? normal : text);

	free(normal);
	return own;
}

static void fill_part(struct part *part, const char *text)
{
	g_autofree char *own = normalize(text);
	char *end = strchr(own, '\n');
	g_autofree char *first =
	    end != NULL ? g_strndup(own, (gsize)(end - own)) : g_strdup(own);
	char *subject = find_subject(first);

	g_free(part->text);
	if (subject == NULL) {
		part->text = g_steal_pointer(&own);
		return;
	}
	g_free(part->subject);
	part->subject = subject;
	part->text = normalize(end != NULL ? end + 1 : "");
}

/* A text that is being split. */
struct splitting {
	const struct parting *parting;
	GPtrArray *parts;
	GString *japanese, *other; /* other: of the last part */
	bool in_japanese, has_parted_japanese;
};

static void close_part(struct splitting *splitting)
{
	if (splitting->in_japanese)
		return;
	fill_part(g_ptr_array_index(splitting->parts, splitting->parts->len - 1),
		  splitting->other->str);
	g_string_truncate(splitting->other, 0);
}

/* False: this line may not stand here. */
static bool begin_part(struct splitting *splitting, const char *language)
{
	const char *list = twin_find_list(splitting->parting->twins, language);

	if (strcmp(language, LANGUAGE_JAPANESE) == 0) {
		if (splitting->has_parted_japanese ||
		    !line_is_blank(splitting->japanese->str))
			return false;
		close_part(splitting);
		splitting->in_japanese = splitting->has_parted_japanese = true;
		return true;
	}
	if (list == NULL || part_find(splitting->parts, language) != NULL)
		return false;
	close_part(splitting);
	splitting->in_japanese = false;
	g_ptr_array_add(splitting->parts, part_new(language, list));
	return true;
}

static struct finding *add_finding(const struct parting *parting, const char *text,
				   const char *line, size_t offset, GPtrArray *findings)
{
	struct finding *finding = finding_add_span(
	    findings, REASON_PART_LINE, FINDING_TEXT, text, offset, strlen(line));

	finding->instead = list_lines(parting);
	return finding;
}

/* Nothing is parted, and a heading is a heading; but who names a language may believe that there
 * is a list in it. */
static void warn_of_lines(const struct parting *parting, const char *text,
			  GPtrArray *findings)
{
	char **lines = g_strsplit(text, "\n", -1);
	size_t offset = 0;

	for (size_t i = 0; lines[i] != NULL && findings->len < FINDINGS_MOST;
	     offset += strlen(lines[i]) + 1, i++) {
		g_autofree char *word = find_word(parting->line, lines[i]);
		const char *known = word != NULL ? language_find(word) : NULL;

		if (known != NULL && strcmp(known, LANGUAGE_JAPANESE) != 0)
			add_finding(parting, text, lines[i], offset, findings)->refuses =
			    false;
	}
	g_strfreev(lines);
}

/* Take it line by line; false: some lines may not stand where they do. */
static bool split_lines(struct splitting *splitting, const char *text, bool *parted_r,
			GPtrArray *findings)
{
	char **lines = g_strsplit(text, "\n", -1);
	bool ok = true;
	size_t offset = 0;

	*parted_r = false;
	for (size_t i = 0; lines[i] != NULL; offset += strlen(lines[i]) + 1, i++) {
		g_autofree char *language = find_language(splitting->parting, lines[i]);

		if (language == NULL) {
			g_string_append_printf(splitting->in_japanese
						   ? splitting->japanese
						   : splitting->other,
					       "%s\n", lines[i]);
			continue;
		}
		*parted_r = true;
		if (begin_part(splitting, language))
			continue;
		ok = false;
		if (findings->len < FINDINGS_MOST)
			(void)add_finding(splitting->parting, text, lines[i], offset,
					  findings);
	}
	close_part(splitting);
	g_strfreev(lines);
	return ok;
}

GPtrArray *part_split(const struct parting *parting, char **text, GPtrArray *findings)
{
	struct splitting splitting = { .parting = parting,
				       .parts = part_new_list(),
				       .japanese = g_string_new(NULL),
				       .other = g_string_new(NULL),
				       .in_japanese = true };
	bool ok = true, parted = false;

	if (parting->twins == NULL || parting->twins[0] == NULL)
		warn_of_lines(parting, *text, findings);
	else
		ok = split_lines(&splitting, *text, &parted, findings);
	if (ok && parted) {
		char *japanese = text_normalize(splitting.japanese->str);

		ok = japanese != NULL;
		if (ok) {
			free(*text);
			*text = japanese;
		}
	}
	if (!ok)
		g_ptr_array_set_size(splitting.parts, 0);
	(void)g_string_free(splitting.japanese, TRUE);
	(void)g_string_free(splitting.other, TRUE);
	return splitting.parts;
}

char *part_join(const char *line, const char *text, const GPtrArray *parts,
		const char *reader)
{
	GString *all = g_string_new(text);

	for (guint i = 0; parts != NULL && i < parts->len; i++) {
		const struct part *part = g_ptr_array_index(parts, i);
		g_autofree char *own = make_line(line, part->language, reader);

		g_string_append_printf(all, "\n\n%s\nSubject: %s\n\n%s", own,
				       part->subject, part->text);
	}
	return g_string_free(all, FALSE);
}

/* Lengths stand before what the writer has written, so that no two drafts are the same. */
void part_hash_texts(const char *text, const GPtrArray *parts,
		     unsigned char hash_r[TOKEN_HASH_OCTETS])
{
	GString *all = g_string_new(NULL);

	if (parts == NULL || parts->len == 0) {
		token_hash_text(text, hash_r);
		(void)g_string_free(all, TRUE);
		return;
	}
	g_string_append_printf(all, "%zu:%s", strlen(text), text);
	for (guint i = 0; i < parts->len; i++) {
		const struct part *part = g_ptr_array_index(parts, i);

		g_string_append_printf(all, "%s %zu:%s%zu:%s", part->language,
				       strlen(part->subject), part->subject,
				       strlen(part->text), part->text);
	}
	token_hash_text(all->str, hash_r);
	(void)g_string_free(all, TRUE);
}
