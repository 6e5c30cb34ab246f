/*
 * NAME
 *	test_html_text - the text of HTML
 *
 * DESCRIPTION
 *	HTML as mail programs write it, broken HTML, and HTML that hides something; what each
 *	program quotes; and the bounds.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>

#include "milter/mail/html_source.h"
#include "milter/mail/html_text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define TOKEN "aeaaaaaac4aaeaadm46timpwp3r7bnkdmzkkynsgwfsqayricas"

struct row {
	const char *html, *text;
};

static void check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct html_text html;
		struct kairan_error error = { "" };
		g_autofree char *wanted = g_strconcat(rows[i].text, "\n", NULL);

		if (!html_text_read(rows[i].html, &html, &error))
			fail_msg("%s: %s", rows[i].html, error.text);
		if (strcmp(html.text, *rows[i].text != '\0' ? wanted : "") != 0)
			fail_msg("%s: \"%s\"", rows[i].html, html.text);
		html_text_free(&html);
	}
}

static void test_lines(void **state)
{
	static const struct row rows[] = {
		{ "", "" },
		{ "承認", "承認" },
		{ "<html><head><title>x</title></head><body>承認</body></html>", "承認" },
		{ "<div>a</div><div>b</div>", "a\nb" },
		{ "a<div>b</div>c", "a\nb\nc" },
		{ "a<br>b<br/>c</br>d", "a\nb\ncd" },
		{ "<div>a<br></div><div><br></div><div>b</div>", "a\n\nb" },
		{ "<p>a</p><p>b</p>", "a\n\nb" },
		{ "<p class=MsoNormal>a<o:p></o:p></p><p class=\"MsoNormal\">b</p>",
		  "a\nb" },
		{ "<p style=\"margin:0\">a</p><p style='margin-top: 0px'>b</p>", "a\nb" },
		{ "<p style=\"margin:0 0 10px\">a</p><p style=\"margin:1em 0\">b</p>",
		  "a\n\nb" },
		{ "<h1>a</h1>b", "a\n\nb" },
		{ "<span>a</span><b>b</b>", "ab" },
		{ "<span style=\"display:block\">a</span>b", "a\nb" },
		{ "<div style=\"display:inline\">a</div>b", "ab" },
		{ "<ul><li>a<li><p>b</p></ul>c", "・a\n\n・b\n\nc" },
		{ "<ol><li>a</li><li>b</li></ol>", "1. a\n2. b" },
		{ "<ol start=3><li>a</ol>", "3. a" },
		{ "<ul><li></li></ul>a", "a" },
		{ "<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>d", "a b\nc\nd" },
		{ "<table><tr><td><div>a</div></td><td><p>b</p></td></tr></table>",
		  "a\n\nb" },
		{ "a<hr>b", "a\n\nb" },
		{ "<select><option>a<option>b</select>", "a\nb" },
		{ "漢<ruby>字<rp>(</rp><rt>じ</rt><rp>)</rp></ruby>", "漢字（じ）" },
		/* After the end, as gateways write. */
		{ "<html><body>承認</body></html>\n<p>機密です。</p>",
		  "承認\n\n機密です。" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void test_white_space(void **state)
{
	static const struct row rows[] = {
		{ "  a \n\t b  ", "a b" },
		/* As in browsers, between Japanese characters too. */
		{ "承\n認", "承 認" },
		{ "承認<span> </span>します", "承認 します" },
		{ "<b>a </b> b", "a b" },
		{ "<div> \n </div>a", "a" },
		{ "a\n<div>b</div>\nc", "a\nb\nc" },
		{ "a&nbsp;b&nbsp;&nbsp;c&#160;", "a b  c " },
		{ "<p class=MsoNormal>&nbsp;</p>a", " \na" },
		{ "　a　　b", "　a　　b" },
		{ "承&#8203;認&shy;し\xef\xbb\xbfま\xe2\x81\xa0す", "承認します" },
		{ "👨&zwj;👩", "👨‍👩" },
		{ "a\xe2\x80\xa8"
		  "b",
		  "a\nb" },
		{ "<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc" },
		{ "<div style=\"white-space: pre-wrap\">a\n  b</div>", "a\n  b" },
		{ "<div style=\"white-space:pre-line\">a  c\n  b</div>", "a c\nb" },
		{ "<pre>a\n<span style=\"white-space:normal\">b\nc</span></pre>",
		  "a\nb c" },
		{ "<textarea>a\n<b>b</textarea>", "a\n<b>b" },
		/* The line above a signature. */
		{ "a<br>-- <br>me", "a\n-- \nme" },
		{ "a<div>-- </div><div>me</div>", "a\n-- \nme" },
		{ "a<br>--<br>me", "a\n--\nme" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void test_markup(void **state)
{
	static const struct row rows[] = {
		/* Comments end where browsers end them. */
		{ "a<!-- b -->c", "ac" },
		{ "a<!-->b<!-- -->c", "abc" },
		{ "a<!--->b<!-- -->c", "abc" },
		{ "a<!-- -- > b --!>c", "ac" },
		{ "a<!-- b", "a" },
		{ "<!--[if mso]>a<![endif]-->b", "b" },
		{ "<!--[if !mso]><!-->a<!--<![endif]-->b", "ab" },
		{ "<![if !supportLists]>a<![endif]>b", "ab" },
		{ "<!DOCTYPE html PUBLIC \"-//W3C//DTD\">a<?xml x?>b</ >c", "abc" },
		{ "<script>\"<b>x</b>\"</script>a<style><!-- y --></style>b", "ab" },
		{ "<style><!-- y </style>a", "a" },
		{ "<script>x</scriptx>y</script >a", "a" },
		{ "<style>a", "" },
		{ "<title>x</title>a<noscript>b</noscript><iframe>c</iframe>", "ab" },
		{ "<xml><o:a>x</o:a></xml>", "x" },
		/* What is no tag is text. */
		{ "a < b <> c <1> d", "a < b <> c <1> d" },
		{ "佐藤 <sato@town.example> b", "佐藤 <sato@town.example> b" },
		{ "<s@town.example>a", "<s@town.example>a" },
		{ "<http://town.example/>a", "<http://town.example/>a" },
		{ "<<b>a</b>>", "<a>" },
		{ "a<b", "a" },
		{ "a<b class=\"", "a" },
		{ "a<", "a<" },
		/* Attributes. */
		{ "<p title=\"a>b\" class='c'>d", "d" },
		{ "<p title=a>b", "b" },
		{ "<p a=\"b\"style=\"display:none\">x</p>y", "y" },
		{ "<p style = 'display:none' style=''>x</p>y", "y" },
		{ "<p style=\"\" style='display:none'>x</p>y", "x\n\ny" },
		{ "<p =\">x</p>y", "x\n\ny" },
		{ "<p style=\"display:&#110;one\">x</p>y", "y" },
		/* References. */
		{ "&lt;b&gt; &amp;lt; &quot;&apos;&#39;&#x27;", "<b> &lt; \"'''" },
		{ "&copy;&#169;&#x1F44D;&yen;&hellip;", "©©👍¥…" },
		{ "&#150;&#128;", "–€" },
		{ "&bogus; & &;", "&bogus; & &;" },
		{ "a&#0;b&#x110000;&#xd800;c", "abc" },
		{ "承認&nbsp", "承認&nbsp" },
		/* Unclosed, crossed and stray tags. */
		{ "<b>a<i>b</b>c</i>d", "abcd" },
		{ "<span>a</div>b</span></p>c", "abc" },
		{ "<div><p>a<div>b</div>c</p>d</div>", "a\n\nb\ncd" },
		{ "<table><td>a<table><td>b</table>c", "a\nb\nc" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void test_hidden(void **state)
{
	static const struct row rows[] = {
		{ "<div style=\"display:none\">x</div>a", "a" },
		{ "<div style=\"DISPLAY : None !important\">x<b style='display:block'>y</b></div>a",
		  "a" },
		{ "<p style=\"color:red;display:none;\">x</p>a", "a" },
		{ "<p style=\"display:none;display:block\">x</p>a", "x\n\na" },
		{ "<p style=\"dis/**/play:none\">x</p>a", "a" },
		{ "<p style=\"x-display:none\">x</p>a", "x\n\na" },
		{ "<div style=\"visibility:hidden\">x<b style=\"visibility:visible\">y</b></div>a",
		  "y\na" },
		{ "<span style=\"font-size:0\">x<b style=\"font-size:12px\">y</b></span>a",
		  "ya" },
		{ "<span style=\"font-size:0px\">x<b style=\"font-size:2em\">y</b></span>a",
		  "a" },
		{ "<span style=\"font-size:0.0pt\">x</span>a", "a" },
		{ "<span style=\"font-size:0.9em\">x</span>a", "xa" },
		{ "<span style=\"font-size:.8em\">x</span>a", "xa" },
		{ "<span style=\"font-size:small\">x</span>a", "xa" },
		{ "<span style=\"mso-hide:all\">x</span>a", "a" },
		{ "<span style=\"opacity:0\">x</span>a", "a" },
		{ "<span style=\"opacity:0.5\">x</span>a", "xa" },
		{ "<div style=\"max-height:0;overflow:hidden\">x</div>a", "a" },
		{ "<div style=\"max-height:0\">x</div>a", "x\na" },
		{ "<div style=\"height:0px;overflow: hidden\">x</div>a", "a" },
		{ "<div hidden>x</div>a<template>y</template>", "a" },
		{ "<dialog>x</dialog>a<dialog open>b</dialog>", "a\nb" },
		{ "<details><summary>a</summary>b</details>", "a\nb" },
		/* Style sheets are not read: what they hide is text. */
		{ "<style>.x{display:none}</style><p class=x>a</p>", "a" },
		/* Struck out is taken back. */
		{ "<s>承認</s>差戻し", "差戻し" },
		{ "<del>a</del><strike>b</strike><span style=\"text-decoration:"
		  "underline line-through\">c<b>d</b></span>e",
		  "e" },
		{ "<li style=\"display:none\">x</li>a", "a" },
		{ "<span style=\"display:none\">x<br>y</span>a", "a" },
		{ "<span style=\"visibility:hidden\">x<br>y</span>a", "a" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void test_quoted(void **state)
{
	static const struct row rows[] = {
		{ "a<blockquote type=\"cite\">b<br><br>c</blockquote>d",
		  "a\n> b\n>\n> c\nd" },
		{ "a<blockquote cite=\"mid:x\"><p>b</p><p>c</p></blockquote>",
		  "a\n>\n> b\n>\n> c" },
		{ "a<blockquote class=\"gmail_quote\">b<blockquote>c</blockquote></blockquote>",
		  "a\n> b\n> c" },
		{ "a<blockquote style=\"border-left:1px solid\">b</blockquote>",
		  "a\n> b" },
		{ "<BLOCKQUOTE TYPE=CITE>b</BLOCKQUOTE>a", "> b\na" },
		/* An indent is a person's. */
		{ "a<blockquote>b</blockquote>", "a\nb" },
		{ "a<blockquote style=\"margin:0 0 0 40px;border:none;padding:0\">b</blockquote>",
		  "a\nb" },
		{ "a<blockquote style=\"border-left:none\">b</blockquote>", "a\nb" },
		{ "a<blockquote class=\"webkit-indent-blockquote\">b</blockquote>",
		  "a\nb" },
		/* But not with what only the request has. */
		{ "a<blockquote>b<a href=\"mailto:decide%2B" TOKEN
		  "@info.town.example?body=x\">c</a></blockquote>d",
		  "a\n> bc<decide%2B" TOKEN "@info.town.example>\nd" },
		{ "a<blockquote>b<blockquote>decide+" TOKEN
		  "@info.town.example</blockquote></blockquote>",
		  "a\n> b\n> decide+" TOKEN "@info.town.example" },
		/* Gmail: words below the original are in the element too. */
		{ "a<div class=\"gmail_quote gmail_quote_container\"><div dir=ltr "
		  "class=gmail_attr>b:<br></div><blockquote class=gmail_quote>c</blockquote>"
		  "<div>d</div></div>",
		  "a\n> b:\n> c\nd" },
		{ "a<div class=gmail_quote><div class=gmail_attr>b</div>c</div>d",
		  "a\n> b\nc\nd" },
		{ "a<div class=gmail_quote>b<br>decide+" TOKEN "</div>d",
		  "a\n> b\n> decide+" TOKEN "\nd" },
		/* Outlook */
		{ "a<div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\">b</div>"
		  "<div>c</div>d",
		  "a\n>\n> b\n> c\n> d" },
		{ "<div><div>a</div><div id=x_divRplyFwdMsg>b</div></div>c",
		  "a\n> b\n> c" },
		{ "a<hr id=\"stopSpelling\">b", "a\n>\n> b" },
		{ "a<div class=OutlookMessageHeader>b</div>c", "a\n> b\n> c" },
		{ "a<span id=OLK_SRC_BODY_SECTION>b</span>", "a\n> b" },
		{ "a<div id=mail-editor-reference-message-container>b</div>", "a\n> b" },
		{ "a<div id=ms-outlook-mobile-signature>b</div>", "a\nb" },
		/* the others */
		{ "a<div class=\"moz-cite-prefix\">b:<br></div><blockquote type=cite>c</blockquote>",
		  "a\n> b:\n> c" },
		{ "a<div id=\"yahoo_quoted_12\" class=\"yahoo_quoted\">b</div>",
		  "a\n> b" },
		{ "a<div id=\"ydp1yahoo_quoted_12\">b</div>", "a\nb" },
		{ "a<div class=protonmail_quote>b</div>", "a\n> b" },
		{ "a<div name=messageReplySection>b</div>", "a\n> b" },
		{ "a<p id=reply-intro>b</p><blockquote type=cite>c</blockquote>",
		  "a\n>\n> b\n>\n> c" },
		{ "a<div class=AppleOriginalContents>b</div>c", "a\n> b\nc" },
		/* A word that only holds a mark is none. */
		{ "a<div class=my_gmail_quote>b</div>", "a\nb" },
		{ "a<div class=\"x\">gmail_quote</div>", "a\ngmail_quote" },
		{ "a<blockquote type=cite style=\"display:none\">b</blockquote>c",
		  "a\nc" },
		{ "a<span hidden><i id=appendonsend></i></span>b", "a\n> b" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void test_links(void **state)
{
	static const struct row rows[] = {
		{ "<a href=\"https://town.example/x\">こちら</a>へ",
		  "こちら<https://town.example/x>へ" },
		{ "<a href=\"https://town.example/\">town.example</a>", "town.example" },
		{ "<a href=\"HTTP://Town.example/a\">http://town.example/a/</a>",
		  "http://town.example/a/" },
		{ "<a href=\"https://town.example/x?a=1&amp;b=2\">town.example</a>",
		  "town.example<https://town.example/x?a=1&b=2>" },
		{ "<a href=\"mailto:a@town.example?subject=x\">係</a>",
		  "係<a@town.example>" },
		{ "<a href=\"mailto:a@town.example\">a@town.example</a>",
		  "a@town.example" },
		{ "<a href=\"tel:0312345678\">03-1234-5678</a>", "03-1234-5678" },
		{ "<a href=\"#x\">a</a><a href=\"javascript:x()\">b</a><a href=y>c</a>",
		  "abc" },
		{ "<a href=\"https://town.example/\"><img src=x></a>a", "a" },
		{ "<a href=\"https://town.example/x\"><div>a</div></a>",
		  "a\n<https://town.example/x>" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void test_others(void **state)
{
	static const struct {
		const char *html, *others;
		size_t count;
	} rows[] = {
		{ "<p>a<b>b</b></p>", "", 0 },
		{ "<img src=\"cid:logo@x\" alt=\"町章\">", "<img> 町章", 1 },
		{ "<img src=\"https://town.example/a/b.png\"><img src=b.png>",
		  "<img> b.png", 1 },
		{ "<img src=\"data:image/png;base64,AAAA\">", "<img>", 1 },
		{ "<img alt=\"a\nb\">", "<img> a b", 1 },
		{ "<table><tr><td><form><input><select></select></form></table>",
		  "<table>, <form>, <input>, <select>", 4 },
		{ "<svg></svg><video></video>", "<svg>, <video>", 2 },
		{ "<img style=\"display:none\"><div hidden><table></table></div>", "",
		  0 },
		{ "<blockquote type=cite><table></table><img></blockquote>", "", 0 },
		{ "a<div id=divRplyFwdMsg></div><table></table>", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct html_text html;

		assert_true(html_text_read(rows[i].html, &html, NULL));
		assert_string_equal(html.others, rows[i].others);
		assert_int_equal(html.other_count, rows[i].count);
		html_text_free(&html);
	}
}

/* ---- bounds ---- */

static char *repeat(const char *piece, size_t count)
{
	GString *all = g_string_new(NULL);

	for (size_t i = 0; i < count; i++)
		g_string_append(all, piece);
	return g_string_free(all, FALSE);
}

static void test_bounds(void **state)
{
	static const struct {
		const char *piece;
		size_t good, bad;
		const char *why;
	} rows[] = {
		{ "<div>", HTML_TEXT_DEPTH_MOST - 5, HTML_TEXT_DEPTH_MOST + 5,
		  "too deep" },
		{ "<b>", HTML_TEXT_DEPTH_MOST - 5, HTML_TEXT_DEPTH_MOST + 5, "too deep" },
		{ "<blockquote>", HTML_TEXT_DEPTH_MOST - 5, 10000, "too deep" },
		{ "a<br>", HTML_SOURCE_TAGS_MOST, HTML_SOURCE_TAGS_MOST + 1,
		  "too large" },
		{ "</x>", HTML_SOURCE_TAGS_MOST, HTML_SOURCE_TAGS_MOST + 1, "too large" },
		{ "aaaaaaaa", HTML_SOURCE_OCTETS_MOST / 8,
		  HTML_SOURCE_OCTETS_MOST / 8 + 1, "too large" },
		{ "<!--", HTML_SOURCE_OCTETS_MOST / 4, HTML_SOURCE_OCTETS_MOST / 4 + 1,
		  "too large" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autofree char *good = repeat(rows[i].piece, rows[i].good);
		g_autofree char *bad = repeat(rows[i].piece, rows[i].bad);
		struct html_text html;
		struct kairan_error error = { "" };

		if (!html_text_read(good, &html, &error))
			fail_msg("row %zu: %s", i, error.text);
		html_text_free(&html);
		assert_false(html_text_read(bad, &html, &error));
		if (strstr(error.text, rows[i].why) == NULL)
			fail_msg("row %zu: %s", i, error.text);
		html_text_free(&html);
	}
}

/* What makes parsers slow: all of it is read in less than a moment, or the test's time is
 * over. */
static void test_no_input_takes_long(void **state)
{
	static const struct {
		const char *before, *piece;
		size_t count;
	} rows[] = {
		{ "<p", " a=b", 500000 },
		{ "<p", " style='a'", 200000 },
		{ "", "<a href='", 200000 },
		{ "", "<p a='<!-- ", 180000 },
		{ "<style>", "</styl", 300000 },
		{ "", "<textarea></textare", 100000 },
		{ "<ol>", "<li>a", 49000 },
		{ "<p style='", "color:red;", 800 },
		{ "", "<div class='a b c d e f g h' id=x name=y>a</div>", 24000 },
		{ "", "<blockquote>a</blockquote>", 24000 },
		{ "<div>", "</p></b></i>", 16000 },
		{ "", "&#x;&amp", 250000 },
		{ "", "&lt", 600000 },
		{ "<meta ", "charset ", 250000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autofree char *pieces = repeat(rows[i].piece, rows[i].count);
		g_autofree char *source = g_strconcat(rows[i].before, pieces, NULL);
		g_autofree char *charset =
		    html_source_find_charset(source, strlen(source));
		const gint64 start = g_get_monotonic_time();
		struct html_text html;

		(void)html_text_read(source, &html, NULL);
		html_text_free(&html);
		if (g_get_monotonic_time() - start > 20 * G_USEC_PER_SEC)
			fail_msg("row %zu takes long", i);
	}
}

static void test_charset(void **state)
{
	static const struct {
		const char *html, *charset;
	} rows[] = {
		{ "<meta charset=utf-8>", "utf-8" },
		{ "<html><head>\n<META HTTP-EQUIV=\"Content-Type\" "
		  "CONTENT=\"text/html; charset=iso-2022-jp\">",
		  "iso-2022-jp" },
		{ "<meta content='text/html;charset = Shift_JIS;x' http-equiv=content-type>",
		  "Shift_JIS" },
		{ "<meta name=x content=y><meta charset='euc-jp'/>", "euc-jp" },
		{ "<!-- <meta charset=utf-8> --><meta charset=us-ascii>", "us-ascii" },
		{ "<title>charset</title><style>p{}</style>\n<meta charset=utf-8>",
		  "utf-8" },
		{ "<!DOCTYPE html><?xml x?><o:x/><link><base><meta charset=utf-8>",
		  "utf-8" },
		{ "<body><meta charset=utf-8>", NULL },
		/* In what is quoted. */
		{ "a<meta charset=utf-8>", NULL },
		{ "<div><meta charset=utf-8>", NULL },
		{ "<blockquote><html><head><meta charset=utf-8>", NULL },
		{ "<meta charset=\"\">", NULL },
		{ "<meta name=charset>", NULL },
		{ "<meta charset=utf-8", NULL },
		{ "<p charset=utf-8>charset=utf-8", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autofree char *charset =
		    html_source_find_charset(rows[i].html, strlen(rows[i].html));

		if (g_strcmp0(charset, rows[i].charset) != 0)
			fail_msg("%s: %s", rows[i].html, charset);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_white_space),
		cmocka_unit_test(test_markup),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_quoted),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_no_input_takes_long),
		cmocka_unit_test(test_charset),
	};
	int failed;

	html_text_init();
	failed = cmocka_run_group_tests_name("html_text", tests, NULL, NULL);
	html_text_shutdown();
	return failed;
}
