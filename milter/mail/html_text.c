/*
 * NAME
 *	html_text - the text of an HTML part
 *
 * DESCRIPTION
 *	libxml2 makes a tree of what html_source.c leaves, and a walk over the tree writes
 *	lines. White space collapses as it does in browsers: a line break in the source is a
 *	blank, between Japanese characters too.
 *
 *	The parser is given UTF-8 and no way to anything else: no network, no catalogs, no
 *	guess at a charset, and none of its "huge" mode. Size, tags and attributes have bounds
 *	in html_source.c and depth has one here, which bounds time and the walk's recursion.
 *
 * DIAGNOSTICS
 *	Errors say which bound was passed.
 */
#include "config.h"

#include "milter/mail/html_text.h"

#include <glib.h>
#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <string.h>

#include "milter/mail/charset.h"
#include "milter/mail/html_quote.h"
#include "milter/mail/html_source.h"
#include "milter/mail/html_style.h"
#include "policy/text.h"

#define NO_BREAK_SPACE 0xa0

/* Of the names of pictures and the like, and of the items of a list that are counted. */
#define OTHERS_MOST 20
#define ITEMS_MOST  1000

void html_text_init(void)
{
	xmlInitParser();
}

void html_text_shutdown(void)
{
	xmlCleanupParser();
}

/* ---- the tree ---- */

/* As libxml2 would, but not too deep: it would leave out what is deeper. */
static void start_element(void *user, const xmlChar *name, const xmlChar **attributes)
{
	xmlParserCtxt *parser = user;

	if (parser->nodeNr < HTML_TEXT_DEPTH_MOST) {
		xmlSAX2StartElement(user, name, attributes);
		return;
	}
	*(bool *)parser->_private = true;
	xmlStopParser(parser);
}

/* NULL where that fails. */
static xmlDoc *parse(const GString *source, struct kairan_error *error_r)
{
	xmlParserCtxt *parser = htmlNewParserCtxt();
	bool is_deep = false;
	xmlDoc *document;

	if (parser == NULL || source->len > G_MAXINT) {
		(void)error_set(error_r, "no room for the HTML");
		xmlFreeParserCtxt(parser);
		return NULL;
	}
	parser->_private = &is_deep;
	parser->sax->startElement = start_element;
	document = htmlCtxtReadMemory(
	    parser, source->str, (int)source->len, NULL, "UTF-8",
	    HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
		HTML_PARSE_NODEFDTD | HTML_PARSE_IGNORE_ENC);
	htmlFreeParserCtxt(parser);
	if (document != NULL && !is_deep)
		return document;
	xmlFreeDoc(document);
	(void)error_set(error_r, is_deep ? "elements of the HTML are too deep"
					 : "no room for the HTML");
	return NULL;
}

/* ---- lines ---- */

struct writer {
	GString *text;
	GString *line;     /* that is being written */
	bool has_space;    /* a blank is due before what comes next in it */
	bool has_margin;   /* a blank line is due before the next line */
	char *mark;        /* of an item, due at its first character; NULL when none is */
	bool is_quoted;    /* what is written now */
	bool is_onward;    /* and so is all that follows */
	GPtrArray *others; /* names */
};

/* Is the last line empty, or is there none? */
static bool is_after_blank(const GString *text)
{
	return text->len == 0 ||
	       (text->len > 1 && memcmp(text->str + text->len - 2, "\n\n", 2) == 0);
}

static void end_line(struct writer *writer)
{
	const char *mark = !writer->is_quoted ? "" : writer->line->len == 0 ? ">" : "> ";

	/* A margin beside an empty line is no second one. */
	if (writer->has_margin && writer->line->len > 0 && !is_after_blank(writer->text))
		g_string_append(writer->text, writer->is_quoted ? ">\n" : "\n");
	/* The blank that makes it the line above a signature (RFC 3676 4.3). */
	if (writer->has_space && strcmp(writer->line->str, "--") == 0)
		g_string_append_c(writer->line, ' ');
	g_string_append_printf(writer->text, "%s%s\n", mark, writer->line->str);
	g_string_truncate(writer->line, 0);
	writer->has_space = false;
	writer->has_margin = false;
}

/* Begin a new line, unless this one is empty. */
static void break_line(struct writer *writer)
{
	if (writer->line->len > 0)
		end_line(writer);
	writer->has_space = false;
}

static void write_character(struct writer *writer, gunichar c)
{
	if (writer->has_space && writer->line->len > 0)
		g_string_append_c(writer->line, ' ');
	writer->has_space = false;
	if (writer->mark != NULL && writer->line->len == 0)
		g_string_append(writer->line, writer->mark);
	g_clear_pointer(&writer->mark, g_free);
	g_string_append_unichar(writer->line, c);
}

/* What editors put into a text and nobody sees. */
static bool is_invisible(gunichar c)
{
	return c == 0xad || c == 0x200b || c == 0x2060 || c == 0xfeff;
}

/* References to characters 128 to 159 mean those of Windows (HTML 13.2.5.80). */
static gunichar find_meant(gunichar c)
{
	const char octet = (char)c;
	char *utf8 = NULL;

	if (c < 0x80 || c > 0x9f ||
	    !charset_decode("windows-1252", &octet, 1, &utf8, NULL, NULL))
		return c;
	c = g_utf8_get_char(utf8);
	free(utf8);
	return c;
}

static void write_text(struct writer *writer, const char *text, enum html_space space)
{
	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		const gunichar c = g_utf8_get_char(text);
		const bool is_break = c == '\n' || c == 0x2028 || c == 0x2029;

		if (is_invisible(c))
			continue;
		if (c == NO_BREAK_SPACE)
			write_character(writer, ' ');
		else if (is_break && (space != HTML_SPACE_COLLAPSES || c != '\n'))
			end_line(writer);
		else if (c == '\n' || c == '\r' || c == '\f' ||
			 ((c == ' ' || c == '\t') && space != HTML_SPACE_STAYS))
			writer->has_space = true;
		else
			write_character(writer, find_meant(c));
	}
}

static void write_words(struct writer *writer, const char *words)
{
	write_text(writer, words, HTML_SPACE_COLLAPSES);
}

/* ---- what is no text ---- */

static void add_other(struct writer *writer, const xmlNode *element, const char *name)
{
	g_autofree char *shown = g_strdup_printf(
	    "<%s>%s%.80s", (const char *)element->name,
	    name != NULL && *name != '\0' ? " " : "", name != NULL ? name : "");
	g_autofree char *valid = g_utf8_make_valid(shown, -1);

	text_fold_line(valid);
	if (writer->others->len < OTHERS_MOST &&
	    !g_ptr_array_find_with_equal_func(writer->others, valid, g_str_equal, NULL))
		g_ptr_array_add(writer->others, g_strdup(valid));
}

/* Its words, else its file. */
static const char *name_picture(const xmlNode *element)
{
	const char *alt = html_style_get_attribute(element, "alt");
	const char *src = html_style_get_attribute(element, "src");
	const char *slash;

	if (alt != NULL && *alt != '\0')
		return alt;
	if (src == NULL || g_ascii_strncasecmp(src, "data:", 5) == 0)
		return NULL;
	slash = strrchr(src, '/');
	return slash != NULL ? slash + 1 : src;
}

static void note_other(struct writer *writer, const xmlNode *element)
{
	static const char *const pictures[] = { "img", "svg", "object", "embed",
						"picture" };
	static const char *const others[] = { "table",  "form",   "input",
					      "button", "select", "textarea",
					      "audio",  "video",  "math" };
	const char *name = (const char *)element->name;

	for (size_t i = 0; i < G_N_ELEMENTS(pictures); i++)
		if (strcmp(name, pictures[i]) == 0)
			add_other(writer, element, name_picture(element));
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		if (strcmp(name, others[i]) == 0)
			add_other(writer, element, NULL);
}

/* ---- links ---- */

/* What a reader must know of a link's target; NULL where it is nothing. For g_free(). */
static char *find_target(const char *link)
{
	g_autofree char *trimmed = g_strstrip(g_strdup(link));

	if (g_ascii_strncasecmp(trimmed, "http://", 7) == 0 ||
	    g_ascii_strncasecmp(trimmed, "https://", 8) == 0)
		return g_steal_pointer(&trimmed);
	if (g_ascii_strncasecmp(trimmed, "mailto:", 7) == 0)
		return g_strndup(trimmed + 7, strcspn(trimmed + 7, "?"));
	if (g_ascii_strncasecmp(trimmed, "tel:", 4) == 0)
		return g_strdup(trimmed + 4);
	return NULL;
}

/* Without what words leave out: the scheme, marks between digits, the last slash, case. */
static char *simplify(const char *text)
{
	g_autofree char *folded = text_fold_case(text, strlen(text));
	const char *at = folded;
	GString *simple = g_string_new(NULL);

	if (text_begins_with(at, "http://") || text_begins_with(at, "https://"))
		at = strstr(at, "//") + 2;
	for (; *at != '\0'; at++)
		if (strchr(" \t\n-()", *at) == NULL)
			g_string_append_c(simple, *at);
	if (g_str_has_suffix(simple->str, "/"))
		g_string_truncate(simple, simple->len - 1);
	return g_string_free(simple, FALSE);
}

static bool is_said(const char *words, const char *target)
{
	g_autofree char *said = simplify(words);
	g_autofree char *meant = simplify(target);

	return strstr(said, meant) != NULL;
}

static char *take_words(xmlNode *element)
{
	xmlChar *content = xmlNodeGetContent(element);
	char *words = g_strdup(content != NULL ? (const char *)content : "");

	xmlFree(content);
	return g_strstrip(words);
}

static void write_target(struct writer *writer, xmlNode *element)
{
	const char *link = html_style_get_attribute(element, "href");
	g_autofree char *target = link != NULL ? find_target(link) : NULL;
	g_autofree char *words = target != NULL ? take_words(element) : NULL;

	if (target == NULL || *target == '\0' || *words == '\0' || is_said(words, target))
		return;
	write_words(writer, "<");
	write_words(writer, target);
	write_words(writer, ">");
}

/* ---- the walk ---- */

static bool is_element(const xmlNode *element, const char *name)
{
	return strcmp((const char *)element->name, name) == 0;
}

/* The number of an item of a numbered list; 0 in another list, and in one that goes on
 * without end. */
static int count_items(const xmlNode *item)
{
	const char *start;
	int number = 1;

	if (item->parent == NULL || !is_element(item->parent, "ol"))
		return 0;
	start = html_style_get_attribute(item->parent, "start");
	if (start != NULL)
		number = (int)CLAMP(g_ascii_strtoll(start, NULL, 10), 1, 10000);
	for (int i = 0; (item = item->prev) != NULL; i++) {
		if (i == ITEMS_MOST)
			return 0;
		if (item->type == XML_ELEMENT_NODE && is_element(item, "li"))
			number++;
	}
	return number;
}

static void set_mark(struct writer *writer, const xmlNode *item)
{
	const int number = count_items(item);

	g_free(writer->mark);
	writer->mark = number > 0 ? g_strdup_printf("%d. ", number) : g_strdup("・");
}

static bool is_shown(const struct html_style *style)
{
	return !style->is_gone && !style->is_invisible && !style->is_tiny &&
	       !style->is_struck;
}

static void begin_element(struct writer *writer, const xmlNode *element,
			  const struct html_style *style)
{
	if (style->is_block)
		break_line(writer);
	if (style->has_margin)
		writer->has_margin = true;
	if (!is_shown(style))
		return;
	if (is_element(element, "br"))
		end_line(writer);
	else if (is_element(element, "li"))
		set_mark(writer, element);
	else if (is_element(element, "td") || is_element(element, "th"))
		writer->has_space = true;
	else if (is_element(element, "rt"))
		write_words(writer, "（");
}

static void end_element(struct writer *writer, xmlNode *element,
			const struct html_style *style)
{
	if (is_shown(style) && is_element(element, "rt"))
		write_words(writer, "）");
	if (is_shown(style) && is_element(element, "a"))
		write_target(writer, element);
	if (is_element(element, "li"))
		g_clear_pointer(&writer->mark, g_free);
	if (style->is_block)
		break_line(writer);
	if (style->has_margin)
		writer->has_margin = true;
}

static void walk(struct writer *writer, xmlNode *node, const struct html_style *around);

/* Begin what is quoted, where the element is marked so. A mark counts that is hidden, too. */
static void begin_quote(struct writer *writer, xmlNode *element)
{
	const enum html_quote quote =
	    writer->is_quoted ? HTML_QUOTE_NONE : html_quote_judge(element);

	if (quote == HTML_QUOTE_NONE)
		return;
	break_line(writer);
	writer->is_quoted = true;
	writer->is_onward = quote == HTML_QUOTE_ONWARD;
}

static void walk_element(struct writer *writer, xmlNode *element,
			 const struct html_style *around)
{
	const struct html_style style = html_style_read(element, around);
	const bool was_quoted = writer->is_quoted;

	begin_quote(writer, element);
	if (!writer->is_quoted && is_shown(&style))
		note_other(writer, element);
	if (!style.is_gone)
		begin_element(writer, element, &style);
	walk(writer, element->children, &style);
	if (!style.is_gone)
		end_element(writer, element, &style);
	if (writer->is_quoted != was_quoted && !writer->is_onward) {
		break_line(writer);
		writer->is_quoted = false;
	}
}

static void walk(struct writer *writer, xmlNode *node, const struct html_style *around)
{
	for (; node != NULL; node = node->next) {
		if (node->type == XML_ELEMENT_NODE)
			walk_element(writer, node, around);
		else if (node->type == XML_TEXT_NODE && is_shown(around))
			write_text(writer, (const char *)node->content, around->space);
	}
}

bool html_text_read(const char *utf8, struct html_text *html_r,
		    struct kairan_error *error_r)
{
	static const struct html_style plain;
	GString *source = g_string_new(NULL);
	struct writer writer = {
		.text = g_string_new(NULL),
		.line = g_string_new(NULL),
		.others = g_ptr_array_new_with_free_func(g_free),
	};
	xmlDoc *document = NULL;

	*html_r = (struct html_text){ 0 };
	if (html_source_clean(utf8, source))
		document = parse(source, error_r);
	else
		(void)error_set(error_r, "the HTML is too large");
	if (document != NULL) {
		walk(&writer, document->children, &plain);
		break_line(&writer);
	}
	html_r->other_count = writer.others->len;
	g_ptr_array_add(writer.others, NULL);
	html_r->others = g_strjoinv(", ", (char **)writer.others->pdata);
	html_r->text = g_string_free(writer.text, FALSE);
	(void)g_string_free(writer.line, TRUE);
	(void)g_string_free(source, TRUE);
	g_ptr_array_unref(writer.others);
	g_free(writer.mark);
	xmlFreeDoc(document);
	return document != NULL;
}

void html_text_free(struct html_text *html)
{
	g_free(html->text);
	g_free(html->others);
	*html = (struct html_text){ 0 };
}
