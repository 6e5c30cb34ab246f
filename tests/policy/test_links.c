/*
 * NAME
 *	test_links - addresses of web pages, and whose they are
 *
 * DESCRIPTION
 *	A row gives a text and what is found in it: "own", "other" or "disguised" before each
 *	address, "+" behind one that text runs on from, "|" between them. The town's domains are
 *	town.example and lib.example.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "policy/links.h"

#define DOMAINS "town.example, lib.example"

static const struct {
	const char *text, *links;
} cases[] = {
	{ "", "" },
	{ "明日は防災訓練です。", "" },
	{ "https://town.example/", "own https://town.example/" },
	{ "詳しくは https://www.town.example/bosai?a=1&b=2#c へ",
	  "own https://www.town.example/bosai?a=1&b=2#c" },
	{ "HTTPS://WWW.Town.Example/A", "own HTTPS://WWW.Town.Example/A" },
	{ "http://town.example", "own http://town.example" },
	{ "http://town.example./x", "own http://town.example./x" },
	{ "www.town.example", "own www.town.example" },
	{ "town.example/bosai をご覧ください", "own town.example/bosai" },
	{ "https://lib.example/a https://b.lib.example",
	  "own https://lib.example/a|own https://b.lib.example" },

	/* The sentence goes on. */
	{ "https://town.example。", "own https://town.example" },
	{ "https://town.example/a。詳しくは", "own https://town.example/a" },
	{ "https://town.exampleをご覧ください", "own https://town.example+" },
	{ "https://town.example/aをご覧ください", "own https://town.example/a+" },
	{ "（https://town.example/a）", "own https://town.example/a" },
	{ "(https://town.example/a).", "own https://town.example/a" },
	{ "https://town.example/a_(b)", "own https://town.example/a_(b)" },
	{ "「https://town.example/a」", "own https://town.example/a" },
	{ "<https://town.example/a>", "own https://town.example/a" },
	{ "See https://town.example/a, or call.", "own https://town.example/a" },
	{ "https://town.example/a\nhttps://town.example/b",
	  "own https://town.example/a|own https://town.example/b" },

	/* Ports. */
	{ "https://town.example:443/", "own https://town.example:443/" },
	{ "http://town.example:80/", "own http://town.example:80/" },
	{ "https://town.example:/", "own https://town.example:/" },
	{ "https://town.example:80/", "other https://town.example:80/" },
	{ "https://town.example:8443/", "other https://town.example:8443/" },

	/* Others, however much they look like ours. */
	{ "https://www.jma.go.jp/", "other https://www.jma.go.jp/" },
	{ "https://town.example.evil.example/",
	  "other https://town.example.evil.example/" },
	{ "https://eviltown.example/", "other https://eviltown.example/" },
	{ "https://town-example.jp", "other https://town-example.jp" },
	{ "https://evil.example/town.example/",
	  "other https://evil.example/town.example/" },
	{ "https://evil.example?https://town.example/",
	  "other https://evil.example?https://town.example/" },
	{ "https://evil.example#@town.example/",
	  "other https://evil.example#@town.example/" },
	{ "evil.example/login", "other evil.example/login" },
	{ "https://192.0.2.1/", "other https://192.0.2.1/" },
	{ "https://[2001:db8::1]/", "other https://[2001:db8::1]/" },

	/* Disguised. */
	{ "https://town.example@evil.example/",
	  "disguised https://town.example@evil.example/" },
	{ "https://town.example:x@evil.example/",
	  "disguised https://town.example:x@evil.example/" },
	{ "https://evil.example@town.example/",
	  "disguised https://evil.example@town.example/" },
	{ "https://evil.example\\@town.example/",
	  "disguised https://evil.example\\@town.example/" },
	{ "https:\\\\town.example/", "disguised https:\\\\town.example/" },
	{ "https://town.example%2eevil.example/",
	  "disguised https://town.example%2eevil.example/" },
	{ "https://xn--twn-9cd.example/", "disguised https://xn--twn-9cd.example/" },
	{ "https://xn--a.town.example/", "own https://xn--a.town.example/" },
	{ "https://t\xd0\xbewn.example/", "disguised https://t\xd0\xbewn.example/" },
	{ "https://town.example\xd0\xb0.jp/",
	  "disguised https://town.example\xd0\xb0.jp/" },
	{ "https://town.example\xe2\x80\x8b.evil.example/",
	  "disguised https://town.example\xe2\x80\x8b.evil.example/" },
	{ "https://town.example。evil.example/",
	  "disguised https://town.example。evil.example/" },
	{ "https://town.example．evil.example",
	  "disguised https://town.example．evil.example" },
	{ "https://town.example中.evil.example/",
	  "disguised https://town.example中.evil.example/" },
	{ "https://ｔｏｗｎ．ｅｘａｍｐｌｅ/ へ",
	  "disguised https://ｔｏｗｎ．ｅｘａｍｐｌｅ/" },
	{ "ｈｔｔｐｓ：／／town.example/", "disguised ｈｔｔｐｓ：／／town.example/" },
	{ "https://日本語.jp/ へ", "disguised https://日本語.jp/" },

	/* None. */
	{ "http://", "" },
	{ "www.", "" },
	{ "a@town.example", "" },
	{ "a@town.example/x", "" },
	{ "file.txt 12.5/km 3/4 ftp.", "" },
	{ "mailto:a@b.example", "" },
};

static const char *name(enum link_kind kind)
{
	switch (kind) {
	case LINK_OWN:
		return "own";
	case LINK_OTHER:
		return "other";
	case LINK_DISGUISED:
		break;
	}
	return "disguised";
}

static void test_by_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		GString *found = g_string_new(NULL);
		struct link link = { LINK_OTHER, 0, 0, false };

		while (
		    links_find(cases[i].text, link.offset + link.length, DOMAINS, &link))
			g_string_append_printf(
			    found, "%s%s %.*s%s", found->len > 0 ? "|" : "",
			    name(link.kind), (int)link.length,
			    cases[i].text + link.offset, link.runs_on ? "+" : "");
		if (strcmp(found->str, cases[i].links) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", cases[i].text, found->str,
				 cases[i].links);
		(void)g_string_free(found, TRUE);
	}
}

static void test_what_counts_apart(void **state)
{
	static const struct {
		const char *text;
		size_t count;
	} counts[] = {
		{ "", 0 },
		{ "https://town.example/", 21 },
		{ "https://town.example/を https://lib.example", 40 },
		{ "https://evil.example/", 0 },
		{ "https://town.example@evil.example/", 0 },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++)
		assert_int_equal(links_count_own(counts[i].text, DOMAINS),
				 counts[i].count);
	assert_int_equal(links_count_own("https://town.example/", ""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_table),
		cmocka_unit_test(test_what_counts_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
