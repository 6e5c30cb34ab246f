/*
 * NAME
 *	ctl_poster - kairanctl subscribers poster
 *
 * DESCRIPTION
 *	poster LIST --html FILE ("-": on standard output): a page of A4 for the wall and the
 *	town's magazine, in Japanese and English, with the QR code that opens the mail by which
 *	residents join. It loads nothing: the code is drawn in SVG, in the page.
 *
 *	What it says is in phrases.txt (poster.NAME). The office and its telephone are those of
 *	the broadcast's sections; where the directory does not answer the page is without them,
 *	and standard error says so.
 *
 * DIAGNOSTICS
 *	EX_NOINPUT: no broadcast has the list. EX_DATAERR: its name cannot stand in an address.
 *	EX_CANTCREAT: the file cannot be written. EX_UNAVAILABLE: nobody knows which lists there
 *	are.
 */
#include "config.h"

#include <errno.h>
#include <glib.h>
#include <qrencode.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/commands.h"
#include "ctl/ctl_file.h"
#include "ctl/ctl_lists.h"
#include "ctl/ctl_options.h"
#include "milter/core/kairan.h"
#include "milter/draft/offices.h"
#include "policy/address.h"

#define QUIET_MODULES 4 /* white around the code (ISO/IEC 18004, 9.1) */

struct poster {
	const struct setup *setup;
	const struct broadcast *broadcast;
	GPtrArray *sections; /* struct section: whom to ask */
	char *join;
	char *leave;
};

/* ---- the code ---- */

/* The dark modules of a row, each run of them as a rectangle. */
static void draw_row(GString *out, const QRcode *code, int y)
{
	const unsigned char *row = code->data + (size_t)y * (size_t)code->width;
	int x = 0;

	while (x < code->width) {
		int run = 0;

		while (x + run < code->width && (row[x + run] & 1) != 0)
			run++;
		if (run > 0)
			g_string_append_printf(out, "M%d %dh%dv1h-%dz", x + QUIET_MODULES,
					       y + QUIET_MODULES, run, run);
		x += run + 1;
	}
}

/* Correction level Q: a poster is folded, and gets wet. */
static bool draw_code(GString *out, const char *text)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_Q);
	int side;

	if (code == NULL)
		return false;
	side = code->width + 2 * QUIET_MODULES;
	g_string_append_printf(out,
			       "<svg class=\"code\" viewBox=\"0 0 %d %d\" role=\"img\" "
			       "shape-rendering=\"crispEdges\"><title>",
			       side, side);
	template_escape(out, text);
	g_string_append_printf(out,
			       "</title><rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>"
			       "<path fill=\"#000\" d=\"",
			       side, side);
	for (int y = 0; y < code->width; y++)
		draw_row(out, code, y);
	g_string_append(out, "\"/></svg>\n");
	QRcode_free(code);
	return true;
}

/* ---- the page ---- */

static const char page_head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"ja\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<style>\n"
    "@page { size: A4 portrait; margin: 15mm }\n"
    "body { font-family: sans-serif; color: #111; line-height: 1.5; margin: 0 auto;"
    " padding: 8px; max-width: 180mm; overflow-wrap: anywhere }\n"
    "h1 { font-size: 26px; margin: 0 0 6px; border-bottom: 4px solid #1a5276 }\n"
    "h2 { font-size: 19px; margin: 14px 0 4px; border-bottom: 2px solid #1a5276 }\n"
    "p, ol { margin: 6px 0 }\n"
    "li { margin: 3px 0 }\n"
    "section[lang=ja] { font-size: 16px }\n"
    "section[lang=en] { font-size: 14px }\n"
    ".code { display: block; width: 62mm; max-width: 100%; margin: 8px auto 0 }\n"
    ".join { text-align: center; font-size: 18px; font-weight: bold; margin: 0 }\n"
    "</style>\n<title>";

/* The page's words in one language. */
static GHashTable *make_facts(const struct poster *poster, bool ja)
{
	GHashTable *facts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	const struct broadcast *broadcast = poster->broadcast;
	const char *domain = poster->setup->settings->service_domain;
	const char *own = strrchr(broadcast->mail, '@') + 1;

	g_hash_table_insert(facts, "broadcast_name",
			    g_strdup(ja ? broadcast->name_ja : broadcast->name_en));
	g_hash_table_insert(facts, "join_address", g_strdup(poster->join));
	g_hash_table_insert(facts, "leave_address", g_strdup(poster->leave));
	g_hash_table_insert(facts, "offices", offices_write(poster->sections, ja));
	/* What a filter of wanted domains must let in. */
	g_hash_table_insert(
	    facts, "domains",
	    g_ascii_strcasecmp(domain, own) == 0
		? g_strdup(own)
		: g_strdup_printf(ja ? "%s と %s" : "%s and %s", own, domain));
	return facts;
}

static void add_phrase(GString *out, const struct poster *poster, bool ja,
		       const char *element, const char *key)
{
	GHashTable *facts = make_facts(poster, ja);
	g_autofree char *text =
	    template_fill_phrase(poster->setup->templates, ja ? "ja" : "en", key, facts);

	g_string_append_printf(out, "<%s>", element);
	template_escape(out, text);
	g_string_append_printf(out, "</%s>\n", element);
	g_hash_table_destroy(facts);
}

static void add_steps(GString *out, const struct poster *poster, bool ja)
{
	g_string_append(out, "<ol>\n");
	add_phrase(out, poster, ja, "li", "poster.send");
	add_phrase(out, poster, ja, "li", "poster.agree");
	add_phrase(out, poster, ja, "li", "poster.welcome");
	g_string_append(out, "</ol>\n");
	add_phrase(out, poster, ja, "p", "poster.filter");
	add_phrase(out, poster, ja, "p", "poster.leave");
	if (poster->sections->len > 0)
		add_phrase(out, poster, ja, "p", "poster.office");
}

static bool write_page(GString *out, const struct poster *poster)
{
	g_autofree char *link = g_strdup_printf("mailto:%s", poster->join);

	g_string_append(out, page_head);
	template_escape(out, poster->broadcast->name_ja);
	g_string_append(out, "</title></head>\n<body>\n<section lang=\"ja\">\n");
	add_phrase(out, poster, true, "h1", "poster.title");
	add_phrase(out, poster, true, "p", "poster.lead");
	if (!draw_code(out, link))
		return false;
	g_string_append(out, "<p class=\"join\"><a href=\"");
	template_escape(out, link);
	g_string_append(out, "\">");
	template_escape(out, poster->join);
	g_string_append(out, "</a></p>\n");
	add_steps(out, poster, true);
	g_string_append(out, "</section>\n<section lang=\"en\">\n");
	add_phrase(out, poster, false, "h2", "poster.title");
	add_phrase(out, poster, false, "p", "poster.lead");
	add_steps(out, poster, false);
	g_string_append(out, "</section>\n</body></html>\n");
	return true;
}

/* ---- what it is made of ---- */

static int write_poster(struct poster *poster, const char *path)
{
	const char *domain = poster->setup->settings->service_domain;
	const char *list = poster->broadcast->list;
	g_autofree char *join = g_strdup_printf("join-%s@%s", list, domain);
	g_autofree char *leave = g_strdup_printf("leave-%s@%s", list, domain);
	struct kairan_error error = { "" };
	struct address address;
	GString *page;
	int status;

	if (!address_read(join, &address, NULL))
		return ctl_fail(EX_DATAERR, "the list \"%s\" cannot stand in an address",
				list);
	poster->join = join;
	poster->leave = leave;
	poster->sections = offices_list(poster->setup, poster->broadcast, &error);
	if (poster->sections == NULL) {
		(void)ctl_fail(EX_OK, "whom to ask is left out: %s", error.text);
		poster->sections = g_ptr_array_new();
	}
	page = g_string_new(NULL);
	status = write_page(page, poster)
		     ? ctl_file_write(path, page->str)
		     : ctl_fail(EX_SOFTWARE, "the QR code cannot be made: %s",
				g_strerror(errno));
	(void)g_string_free(page, TRUE);
	g_ptr_array_unref(poster->sections);
	return status;
}

int ctl_subscribers_poster(const struct ctl_call *call)
{
	const char *path = NULL;
	const struct ctl_option options[] = { { "html", &path, NULL } };
	struct broadcast *broadcast = NULL;
	struct setup *setup = NULL;
	struct kairan_error error = { "" };
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest != call->argc - 1 || path == NULL)
		return ctl_usage(call);
	status = ctl_lists_find(call, call->argv[rest], &broadcast);
	if (status != EX_OK)
		return status;
	if (setup_load(call->path, &setup, &error))
		status = write_poster(
		    &(struct poster){ .setup = setup, .broadcast = broadcast }, path);
	else
		status = ctl_fail(EX_CONFIG, "%s", error.text);
	setup_unref(setup);
	broadcast_free(broadcast);
	return status;
}
