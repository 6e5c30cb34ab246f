/*
 * NAME
 *	html_source - HTML made fit for the parser
 *
 * DESCRIPTION
 *	libxml2 knows the HTML of 1999, and mail has been written in others. What it would
 *	read in another way than a person's mail program shows it is taken out first, as the
 *	HTML standard (13.2.5, tokenization) has it: how a comment ends, "<![if ...]>" and the
 *	other tags of Word, text that looks like a tag. Where in doubt, more is text, since what
 *	is lost could take an approval back.
 *
 *	Tags are written anew with the few attributes that html_style.c, html_quote.c and
 *	html_text.c look at, so that their number and size have a bound, and the parser's time
 *	with them.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/mail/html_source.h"

#include <string.h>

#include "policy/text.h"

/* Octets of an attribute's value; what is longer is no style of a person's text. */
#define VALUE_MOST 8192
#define NAME_MOST  32
/* A meta element stands among the first things. */
#define HEAD_MOST 65536

#define SPACES " \t\r\n\f"

static bool is_space(char c)
{
	return c != '\0' && strchr(SPACES, c) != NULL;
}

static bool is_any(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

/* Behind the next '>', or at the end. */
static const char *skip_to_close(const char *at)
{
	at += strcspn(at, ">");
	return *at == '>' ? at + 1 : at;
}

/* From behind "<!--". */
static const char *skip_comment(const char *at)
{
	if (*at == '>')
		return at + 1;
	if (text_begins_with(at, "->"))
		return at + 2;
	for (; *at != '\0'; at++) {
		if (at[0] != '-' || at[1] != '-')
			continue;
		if (at[2] == '>')
			return at + 3;
		if (at[2] == '!' && at[3] == '>')
			return at + 4;
	}
	return NULL;
}

/* ---- one tag ---- */

struct tag {
	char name[NAME_MOST]; /* lower case, and no longer than is worth knowing */
	bool is_end;
	const char *attributes, *end;
};

/* Is this a name character of an element, as the standard and Word have them? */
static bool is_name(char c)
{
	return g_ascii_isalnum(c) || c == ':' || c == '-' || c == '_';
}

/* The end of an attribute that begins here; its name and value without quotes. */
static const char *read_attribute(const char *at, const char **name_end_r,
				  const char **value_r, size_t *length_r)
{
	at += 1 + strcspn(at + 1, SPACES "/>=");
	*name_end_r = at;
	*value_r = at;
	*length_r = 0;
	if (at[strspn(at, SPACES)] != '=')
		return at;
	at += strspn(at, SPACES) + 1;
	at += strspn(at, SPACES);
	if (*at == '"' || *at == '\'') {
		const char *close = strchr(at + 1, *at);

		*value_r = at + 1;
		*length_r = close != NULL ? (size_t)(close - at - 1) : strlen(at + 1);
		return close != NULL ? close + 1 : at + 1 + *length_r;
	}
	*value_r = at;
	*length_r = strcspn(at, SPACES ">");
	return at + *length_r;
}

static void take_name(const char *name, size_t length, struct tag *tag_r)
{
	length = MIN(length, NAME_MOST - 1);
	for (size_t i = 0; i < length; i++)
		tag_r->name[i] = g_ascii_tolower(name[i]);
	tag_r->name[length] = '\0';
}

/* Read the tag at '<'. False when it is text. Its end is NULL when the source ends in it. */
static bool read_tag(const char *at, struct tag *tag_r)
{
	const char *name = at + 1, *value, *name_end;
	size_t length = 0, ignored;

	tag_r->is_end = *name == '/';
	name += tag_r->is_end ? 1 : 0;
	while (is_name(name[length]))
		length++;
	at = name + length;
	if (!g_ascii_isalpha(*name) || name[length - 1] == ':' ||
	    (*at != '\0' && *at != '>' && *at != '/' && !is_space(*at)))
		return false;
	take_name(name, length, tag_r);
	tag_r->attributes = at;
	for (;;) {
		at += strspn(at, SPACES "/");
		if (*at == '\0' || *at == '>')
			break;
		at = read_attribute(at, &name_end, &value, &ignored);
	}
	tag_r->end = *at == '>' ? at + 1 : NULL;
	return true;
}

static void append_value(GString *clean, const char *value, size_t length)
{
	for (const char *end = value + length; value < end; value++) {
		if (*value == '"')
			g_string_append(clean, "&quot;");
		else if (*value == '<')
			g_string_append(clean, "&lt;");
		else
			g_string_append_c(clean, *value);
	}
}

/* Write the attributes that are looked at, each once: the first one counts. */
static void append_attributes(GString *clean, const struct tag *tag)
{
	static const char *const wanted[] = { "class", "id",   "style", "type",
					      "cite",  "name", "href",  "src",
					      "alt",   "open", "start", "hidden" };
	bool done[G_N_ELEMENTS(wanted)] = { false };
	const char *at = tag->attributes, *name, *name_end, *value;
	size_t length;

	for (;;) {
		name = at + strspn(at, SPACES "/");
		if (*name == '>')
			return;
		at = read_attribute(name, &name_end, &value, &length);
		for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
			if (done[i] || strlen(wanted[i]) != (size_t)(name_end - name) ||
			    g_ascii_strncasecmp(wanted[i], name, strlen(wanted[i])) != 0)
				continue;
			done[i] = true;
			if (length > VALUE_MOST)
				continue;
			g_string_append_printf(clean, " %s=\"", wanted[i]);
			append_value(clean, value, length);
			g_string_append_c(clean, '"');
		}
	}
}

/* ---- what a tag does to what follows ---- */

/* Nothing of them is shown. */
static const char *const unseen_names[] = { "script",  "style",    "title", "iframe",
					    "noembed", "noframes", NULL };

/* The end tag of an element whose content is no markup; its '<', or the end. */
static const char *find_end_tag(const char *at, const char *name)
{
	const size_t length = strlen(name);

	for (; (at = strchr(at, '<')) != NULL; at++)
		if (at[1] == '/' && g_ascii_strncasecmp(at + 2, name, length) == 0 &&
		    (at[2 + length] == '\0' || at[2 + length] == '>' ||
		     at[2 + length] == '/' || is_space(at[2 + length])))
			return at;
	return NULL;
}

/* Take over a tag that was read; where to go on. */
static const char *take_tag(const struct tag *tag, GString *clean)
{
	/* Their content is shown as it is. */
	static const char *const literal[] = { "textarea", "xmp", NULL };
	/* One body is around all of it; what they have is shown. */
	static const char *const whole[] = { "html",     "head",      "body",
					     "frameset", "plaintext", NULL };
	const char *at = tag->end, *end;

	if (is_any(tag->name, whole) || strchr(tag->name, ':') != NULL)
		return at;
	if (is_any(tag->name, unseen_names)) {
		end = tag->is_end ? at : find_end_tag(at, tag->name);
		if (end == NULL)
			return at + strlen(at);
		return tag->is_end ? at : skip_to_close(end);
	}
	g_string_append_printf(clean, "<%s%s", tag->is_end ? "/" : "", tag->name);
	if (!tag->is_end)
		append_attributes(clean, tag);
	g_string_append_c(clean, '>');
	if (!tag->is_end && is_any(tag->name, literal)) {
		end = find_end_tag(at, tag->name);
		for (; *at != '\0' && at != end; at++) {
			if (*at == '<')
				g_string_append(clean, "&lt;");
			else
				g_string_append_c(clean, *at);
		}
	}
	return at;
}

bool html_source_clean(const char *utf8, GString *clean)
{
	const char *at = utf8;
	size_t tags = 0;

	if (strlen(utf8) > HTML_SOURCE_OCTETS_MOST)
		return false;
	g_string_append(clean, "<body>");
	while (at != NULL && *at != '\0') {
		const size_t plain = strcspn(at, "<");
		struct tag tag;

		g_string_append_len(clean, at, (gssize)plain);
		at += plain;
		if (*at == '\0')
			break;
		if (text_begins_with(at, "<!--")) {
			at = skip_comment(at + 4);
		} else if (at[1] == '!' || at[1] == '?' ||
			   (at[1] == '/' && !g_ascii_isalpha(at[2]))) {
			at = skip_to_close(at);
		} else if (!read_tag(at, &tag)) {
			g_string_append(clean, "&lt;");
			at++;
		} else if (++tags > HTML_SOURCE_TAGS_MOST) {
			return false;
		} else {
			at = tag.end != NULL ? take_tag(&tag, clean) : NULL;
		}
	}
	return true;
}

/* ---- charset ---- */

/* The value of "charset=" in a meta tag, which may be inside the value of content=. */
static char *read_charset(const char *attributes, const char *end)
{
	static const char label[] = "charset";

	for (const char *at = attributes; at + sizeof(label) < end; at++) {
		if (g_ascii_strncasecmp(at, label, strlen(label)) != 0)
			continue;
		at += strlen(label);
		at += strspn(at, SPACES);
		if (*at != '=')
			continue;
		at++;
		at += strspn(at, SPACES "\"'");
		return g_strndup(at, strcspn(at, SPACES "\"';/>"));
	}
	return NULL;
}

/* Behind what stands here in a head: a comment, a declaration, or a tag with what nobody sees;
 * NULL when the body begins. charset_r: what a meta element says. */
static const char *skip_head(const char *at, char **charset_r)
{
	static const char *const heads[] = { "html", "head", "meta",     "link",
					     "base", "xml",  "noscript", NULL };
	struct tag tag;

	if (text_begins_with(at, "<!--"))
		return skip_comment(at + 4);
	if (at[0] == '<' && (at[1] == '!' || at[1] == '?'))
		return skip_to_close(at);
	if (*at != '<' || !read_tag(at, &tag) || tag.end == NULL)
		return NULL;
	if (is_any(tag.name, unseen_names)) {
		if (tag.is_end)
			return tag.end;
		at = find_end_tag(tag.end, tag.name);
		return at != NULL ? skip_to_close(at) : NULL;
	}
	if (!is_any(tag.name, heads) && strchr(tag.name, ':') == NULL)
		return NULL;
	if (strcmp(tag.name, "meta") == 0)
		*charset_r = read_charset(tag.attributes, tag.end);
	return tag.end;
}

char *html_source_find_charset(const char *octets, size_t length)
{
	g_autofree char *source = g_strndup(octets, MIN(length, HEAD_MOST));
	char *charset = NULL;

	for (const char *at = source; at != NULL && charset == NULL;) {
		at += strspn(at, SPACES);
		at = skip_head(at, &charset);
	}
	if (charset != NULL && *charset == '\0')
		g_clear_pointer(&charset, g_free);
	return charset;
}
