/*
 * NAME
 *	html_style - how an element of HTML looks
 *
 * DESCRIPTION
 *	Inline styles and the elements' own meaning. Style sheets are not read: what they
 *	would hide is then text, which is the safe side.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/mail/html_style.h"

#include <string.h>

#include "policy/text.h"

static bool is_any(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

const char *html_style_get_attribute(const xmlNode *element, const char *name)
{
	for (const xmlAttr *at = element->properties; at != NULL; at = at->next)
		if (strcmp((const char *)at->name, name) == 0)
			return at->children != NULL && at->children->content != NULL
				   ? (const char *)at->children->content
				   : "";
	return NULL;
}

/* ---- declarations ---- */

/* Without comments, in lower case. */
static char *read_declarations(const char *style)
{
	GString *plain = g_string_new(NULL);

	while (*style != '\0') {
		if (text_begins_with(style, "/*")) {
			const char *end = strstr(style + 2, "*/");

			style = end != NULL ? end + 2 : style + strlen(style);
		} else {
			g_string_append_c(plain, g_ascii_tolower(*style));
			style++;
		}
	}
	return g_string_free(plain, FALSE);
}

/* The last declaration of a property counts. */
static char *find_property(char *const *declarations, const char *property)
{
	char *found = NULL;

	for (; *declarations != NULL; declarations++) {
		const char *colon = strchr(*declarations, ':');
		g_autofree char *name = NULL;

		if (colon == NULL)
			continue;
		name = g_strndup(*declarations, (size_t)(colon - *declarations));
		if (strcmp(g_strstrip(name), property) != 0)
			continue;
		g_free(found);
		found = g_strndup(colon + 1, strcspn(colon + 1, "!"));
		(void)g_strstrip(found);
	}
	return found;
}

static char **split_style(const xmlNode *element)
{
	const char *style = html_style_get_attribute(element, "style");
	g_autofree char *plain = style != NULL ? read_declarations(style) : NULL;

	return plain != NULL ? g_strsplit(plain, ";", 200) : NULL;
}

char *html_style_find(const xmlNode *element, const char *property)
{
	char **declarations = split_style(element);
	char *found = declarations != NULL ? find_property(declarations, property) : NULL;

	g_strfreev(declarations);
	return found;
}

/* Is it a length, and nothing at all ("0", "0px")? */
static bool is_zero(const char *value)
{
	char *end;
	const double number = g_ascii_strtod(value, &end);

	/* A number too small to see is no zero, but no text either. */
	return end != value && number >= 0 && number < 0.1;
}

/* ---- styles ---- */

static void apply_display(const char *value, struct html_style *style)
{
	if (strcmp(value, "none") == 0)
		style->is_gone = true;
	else if (text_begins_with(value, "inline") || strcmp(value, "contents") == 0)
		style->is_block = false;
	else if (strcmp(value, "table-cell") != 0)
		style->is_block = true;
}

static void apply_space(const char *value, struct html_style *style)
{
	if (strcmp(value, "pre") == 0 || strcmp(value, "pre-wrap") == 0 ||
	    strcmp(value, "break-spaces") == 0)
		style->space = HTML_SPACE_STAYS;
	else if (strcmp(value, "pre-line") == 0)
		style->space = HTML_SPACE_LINES;
	else if (strcmp(value, "normal") == 0 || strcmp(value, "nowrap") == 0)
		style->space = HTML_SPACE_COLLAPSES;
}

static void apply_margin(const char *value, struct html_style *style)
{
	if (is_zero(value))
		style->has_margin = false;
}

static void apply_visibility(const char *value, struct html_style *style)
{
	if (strcmp(value, "inherit") != 0)
		style->is_invisible =
		    strcmp(value, "hidden") == 0 || strcmp(value, "collapse") == 0;
}

static void apply_font_size(const char *value, struct html_style *style)
{
	/* A share of the size around it is of nothing there. */
	if (!style->is_tiny ||
	    (strchr(value, '%') == NULL && strstr(value, "em") == NULL &&
	     strcmp(value, "inherit") != 0))
		style->is_tiny = is_zero(value);
}

static void apply_decoration(const char *value, struct html_style *style)
{
	if (strstr(value, "line-through") != NULL)
		style->is_struck = true;
}

static void apply_hiding(const char *value, struct html_style *style)
{
	if (strcmp(value, "all") == 0)
		style->is_gone = true;
}

static void apply_opacity(const char *value, struct html_style *style)
{
	if (is_zero(value))
		style->is_gone = true;
}

static void apply_declarations(char *const *declarations, struct html_style *style)
{
	static const struct {
		const char *property;
		void (*apply)(const char *value, struct html_style *style);
	} rules[] = {
		{ "display", apply_display },
		{ "white-space", apply_space },
		{ "margin", apply_margin },
		{ "margin-top", apply_margin },
		{ "margin-bottom", apply_margin },
		{ "visibility", apply_visibility },
		{ "font-size", apply_font_size },
		{ "text-decoration", apply_decoration },
		{ "text-decoration-line", apply_decoration },
		{ "mso-hide", apply_hiding },
		{ "opacity", apply_opacity },
	};
	static const char *const heights[] = { "height", "max-height", NULL };
	g_autofree char *overflow = find_property(declarations, "overflow");

	for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
		g_autofree char *value = find_property(declarations, rules[i].property);

		if (value != NULL)
			rules[i].apply(value, style);
	}
	for (size_t i = 0; heights[i] != NULL; i++) {
		g_autofree char *height = find_property(declarations, heights[i]);

		if (height != NULL && is_zero(height) && overflow != NULL &&
		    strcmp(overflow, "hidden") == 0)
			style->is_gone = true;
	}
}

/* What the element says by its name. */
static void apply_name(const xmlNode *element, struct html_style *style)
{
	static const char *const blocks[] = {
		"address",  "article",    "aside",    "blockquote", "center", "dd",
		"details",  "dialog",     "dir",      "div",        "dl",     "dt",
		"fieldset", "figcaption", "figure",   "footer",     "form",   "h1",
		"h2",       "h3",         "h4",       "h5",         "h6",     "header",
		"hr",       "legend",     "li",       "listing",    "main",   "menu",
		"nav",      "ol",         "optgroup", "option",     "p",      "pre",
		"section",  "summary",    "table",    "tbody",      "tfoot",  "thead",
		"tr",       "ul",         "caption",  "xmp",        NULL
	};
	static const char *const margins[] = { "p",   "h1",      "h2", "h3",   "h4",
					       "h5",  "h6",      "ul", "ol",   "dl",
					       "pre", "figure",  "hr", "menu", "dir",
					       "xmp", "listing", NULL };
	static const char *const pres[] = { "pre", "listing", "xmp", "textarea", NULL };
	static const char *const struck[] = { "s", "strike", "del", NULL };
	static const char *const gone[] = { "datalist", "template", "rp", "head", NULL };
	const char *name = (const char *)element->name;
	const char *class = html_style_get_attribute(element, "class");

	style->is_block = is_any(name, blocks);
	style->has_margin =
	    is_any(name, margins) && (class == NULL || !text_begins_with(class, "Mso"));
	if (is_any(name, pres))
		style->space = HTML_SPACE_STAYS;
	if (is_any(name, struck))
		style->is_struck = true;
	if (is_any(name, gone) || html_style_get_attribute(element, "hidden") != NULL ||
	    (strcmp(name, "dialog") == 0 &&
	     html_style_get_attribute(element, "open") == NULL))
		style->is_gone = true;
}

struct html_style html_style_read(const xmlNode *element, const struct html_style *around)
{
	struct html_style style = {
		.is_gone = around->is_gone,
		.is_invisible = around->is_invisible,
		.is_tiny = around->is_tiny,
		.is_struck = around->is_struck,
		.space = around->space,
	};
	char **declarations = split_style(element);

	apply_name(element, &style);
	if (declarations != NULL)
		apply_declarations(declarations, &style);
	g_strfreev(declarations);
	return style;
}
