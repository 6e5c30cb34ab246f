/*
 * NAME
 *	html_quote - what mail programs quote in HTML
 *
 * DESCRIPTION
 *	Each program marks the mail that is answered in its own way: by an element's class or
 *	id, or by a blockquote that cites. What is quoted cannot take an approval back, so an
 *	element counts as quoted only by a mark that a program gives and a person does not.
 *	What stands in the text, such as Outlook's block of headers, is found there
 *	(policy/original.c).
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "milter/mail/html_quote.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "milter/mail/html_style.h"
#include "policy/leaked_token.h"
#include "policy/text.h"

/* clang-format off */
/* Classes and ids of an element that is an original as a whole, or introduces one. */
static const char *const inside_names[] = {
	"gmail_attr",                               /* Gmail */
	"moz-cite-prefix", "moz-forward-container", /* Thunderbird */
	"yahoo_quoted",                             /* Yahoo! */
	"AppleOriginalContents",                    /* Apple Mail */
	"OLK_SRC_BODY_SECTION",                     /* Outlook for Mac */
	"mail-editor-reference-message-container",  /* Outlook for phones */
	"ms-outlook-mobile-reference-message",
	"protonmail_quote", "tutanota_quote", "zmail_extra",
	"reply-intro",                              /* Roundcube */
	"messageReplySection",                      /* Spark */
	NULL,
};
/* Of one from which on all is the original: Outlook on the web, and old ones. */
static const char *const onward_names[] = {
	"divRplyFwdMsg", "appendonsend", "stopSpelling", "OutlookMessageHeader",
	"x_divRplyFwdMsg", NULL,
};
/* Programs number what may be there more than once. */
static const char *const numbered[] = { "yahoo_quoted_", "ydp_yahoo_quoted_", NULL };
/* clang-format on */

static bool is_any(const char *word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (g_ascii_strcasecmp(word, *words) == 0)
			return true;
	return false;
}

static bool starts_any(const char *word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (text_begins_with(word, *words))
			return true;
	return false;
}

/* Does the element have one of these as a class, id or name? */
static bool is_named(const xmlNode *element, const char *const *names)
{
	static const char *const attributes[] = { "class", "id", "name" };
	bool found = false;

	for (size_t i = 0; i < G_N_ELEMENTS(attributes) && !found; i++) {
		const char *value = html_style_get_attribute(element, attributes[i]);
		char **words = g_strsplit_set(value != NULL ? value : "", " \t\r\n", 50);

		for (char **word = words; *word != NULL && !found; word++)
			found = is_any(*word, names) ||
				(names == inside_names && starts_any(*word, numbered));
		g_strfreev(words);
	}
	return found;
}

static bool has_class(const xmlNode *element, const char *class)
{
	const char *const names[] = { class, NULL };

	return is_named(element, names);
}

static bool is_element(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE &&
	       strcmp((const char *)node->name, name) == 0;
}

/* The node after this one, in the order of the source, inside a node. */
static xmlNode *find_next(xmlNode *node, const xmlNode *top)
{
	if (node->children != NULL && node->type == XML_ELEMENT_NODE)
		return node->children;
	while (node != top && node->next == NULL)
		node = node->parent;
	return node != top ? node->next : NULL;
}

/* ---- blockquote ---- */

static bool has_bar(const xmlNode *element)
{
	static const char *const properties[] = { "border-left", "border-left-style",
						  "border-left-width",
						  "border-inline-start" };

	for (size_t i = 0; i < G_N_ELEMENTS(properties); i++) {
		g_autofree char *value = html_style_find(element, properties[i]);

		if (value != NULL && strstr(value, "none") == NULL && *value != '0')
			return true;
	}
	return false;
}

/* Is there an address to answer to in what the element shows or links to? Nobody writes one
 * by hand. */
static bool has_token(xmlNode *element)
{
	GString *all = g_string_new(NULL);
	size_t offset = 0, length;
	bool found;

	for (xmlNode *node = element; node != NULL; node = find_next(node, element)) {
		const char *link = node->type == XML_ELEMENT_NODE
				       ? html_style_get_attribute(node, "href")
				       : NULL;

		if (node->type == XML_TEXT_NODE)
			g_string_append(all, (const char *)node->content);
		else
			g_string_append_printf(all, "\n%s\n", link != NULL ? link : "");
	}
	found = leaked_token_find(all->str, &offset, &length);
	(void)g_string_free(all, TRUE);
	return found;
}

static bool is_in_blockquote(const xmlNode *element)
{
	for (const xmlNode *at = element->parent; at != NULL; at = at->parent)
		if (is_element(at, "blockquote"))
			return true;
	return false;
}

static bool is_quoting(xmlNode *blockquote)
{
	const char *type = html_style_get_attribute(blockquote, "type");

	if ((type != NULL && g_ascii_strcasecmp(type, "cite") == 0) ||
	    html_style_get_attribute(blockquote, "cite") != NULL ||
	    has_class(blockquote, "gmail_quote") || has_bar(blockquote))
		return true;
	/* What the outer one does not have, the inner one has not. */
	return !is_in_blockquote(blockquote) && has_token(blockquote);
}

/* ---- Gmail ---- */

/* Gmail puts its original into a blockquote, and a person's words below it behind that, in the
 * same element. Without a blockquote the original may be there, or what somebody wrote in its
 * place. */
static bool is_gmail_original(xmlNode *element)
{
	for (xmlNode *node = element; node != NULL; node = find_next(node, element))
		if (node != element && is_element(node, "blockquote"))
			return false;
	return has_token(element);
}

enum html_quote html_quote_judge(xmlNode *element)
{
	bool is_inside;

	if (is_named(element, onward_names))
		return HTML_QUOTE_ONWARD;
	if (is_element(element, "blockquote"))
		is_inside = is_quoting(element);
	else if (has_class(element, "gmail_quote"))
		is_inside = is_gmail_original(element);
	else
		is_inside = is_named(element, inside_names);
	return is_inside ? HTML_QUOTE_INSIDE : HTML_QUOTE_NONE;
}
