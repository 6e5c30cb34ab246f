/*
 * NAME
 *	fuzz_template - arbitrary octets as the templates of a town
 *
 * DESCRIPTION
 *	A file is refused with words, or read and filled: with no fact, with one that is
 *	harmless, and with the template itself as a fact, which is not looked into again.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "milter/mail/template.h"
#include "tests/fuzz/fuzz.h"

static const char *const fuzz_kinds[] = { "request", NULL };
static const char *const fuzz_names[] = { "text", "reason", "draft", NULL };

static void put(const char *folder, const char *name, const void *octets, size_t length)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	FILE *file = fopen(path, "wb");

	require(file != NULL && fwrite(octets, 1, length, file) == length);
	require(fclose(file) == 0);
}

/* Both languages, each file the same. */
static void put_language(const char *folder, const char *language, const uint8_t *octets,
			 size_t length)
{
	g_autofree char *place = g_build_filename(folder, language, NULL);

	(void)g_mkdir(place, 0700);
	put(place, "request.txt", octets, length);
	put(place, "request.html", octets, length);
	put(place, "phrases.txt", "a = ${text}\n", strlen("a = ${text}\n"));
}

static void fill(const struct templates *templates, const char *fact)
{
	GHashTable *facts = g_hash_table_new(g_str_hash, g_str_equal);
	struct template_mail mail = { 0 };
	struct kairan_error error = { "" };

	if (fact != NULL)
		g_hash_table_insert(facts, (void *)"text", (void *)fact);
	require(template_fill(templates, "ja", "request", facts, &mail, &error));
	require(g_utf8_validate(mail.subject, -1, NULL));
	require(g_utf8_validate(mail.text, -1, NULL));
	require(mail.html == NULL || g_utf8_validate(mail.html, -1, NULL));
	template_mail_clear(&mail);
	g_hash_table_destroy(facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	static char *folder;
	struct kairan_error error = { "" };
	struct templates *templates = NULL;
	g_autofree char *text = NULL;

	if (folder == NULL)
		folder = fuzz_folder();
	put_language(folder, "ja", octets, length);
	put_language(folder, "en", octets, length);
	if (!template_load_all(folder, fuzz_kinds, fuzz_names, &templates, &error)) {
		require(error.text[0] != '\0');
		return 0;
	}
	text = g_strndup((const char *)octets, length);
	fill(templates, NULL);
	fill(templates, "明日です。");
	fill(templates, text);
	template_free_all(templates);
	return 0;
}
