/*
 * NAME
 *	ready_texts - texts to be filled in
 *
 * DESCRIPTION
 *	FOLDER/SECTION/NAME.txt is a section's, FOLDER/NAME.txt everybody's. SECTION is the value by
 *	which the section's entry is named ("bosai" of ou=bosai,...). A file is UTF-8: a line
 *	"件名: ..." or "Subject: ...", a blank line, and the text. The files are read each time that
 *	they are asked for, so that a change needs no word with the daemon.
 *
 * DIAGNOSTICS
 *	Warning: a file that is no ready text. A folder that cannot be read is an error.
 */
#include "config.h"

#include "milter/draft/ready_texts.h"

#include <string.h>

#include "conf/log.h"
#include "policy/subject_mark.h"
#include "policy/text.h"

#define SUFFIX ".txt"
/* No text of two hundred characters is longer, with all languages. */
#define OCTETS_MOST ((gsize)64 * 1024)
/* More than anybody looks through. */
#define TEXTS_MOST 200

static void free_text(void *context)
{
	struct ready_text *text = context;

	g_free(text->name);
	g_free(text->subject);
	g_free(text->text);
	g_free(text);
}

/* Behind the word and the colon of the first line; NULL: it has none. */
static const char *skip_subject_word(const char *octets)
{
	static const char *const words[] = { "件名：", "件名:", "Subject:" };

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (text_begins_with(octets, words[i]))
			return octets + strlen(words[i]);
	return NULL;
}

static struct ready_text *read_text(const char *path, const char *file)
{
	struct ready_text *ready = NULL;
	g_autofree char *octets = NULL, *normal = NULL;
	const char *subject, *end;
	gsize length = 0;

	if (!g_file_get_contents(path, &octets, &length, NULL) || length > OCTETS_MOST ||
	    !g_utf8_validate(octets, (gssize)length, NULL))
		return NULL;
	normal = text_normalize(octets);
	subject = normal != NULL ? skip_subject_word(normal) : NULL;
	end = subject != NULL ? strchr(subject, '\n') : NULL;
	if (end == NULL)
		return NULL;
	ready = g_new0(struct ready_text, 1);
	ready->name = g_strndup(file, strlen(file) - strlen(SUFFIX));
	ready->subject = g_strstrip(g_strndup(subject, (gsize)(end - subject)));
	ready->text = g_strdup(end + strspn(end, "\n"));
	return ready;
}

static int compare(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

/* False: the folder is there, and cannot be read. */
static bool add_folder(const char *folder, GPtrArray *texts, struct kairan_error *error_r)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) fault = NULL;
	g_autoptr(GDir) dir = g_dir_open(folder, 0, &fault);
	const char *name;

	if (dir == NULL)
		return error_set(error_r, "%s", fault->message);
	while ((name = g_dir_read_name(dir)) != NULL)
		if (*name != '.' && g_str_has_suffix(name, SUFFIX) &&
		    g_utf8_validate(name, -1, NULL))
			g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, compare);
	for (guint i = 0; i < names->len && texts->len < TEXTS_MOST; i++) {
		g_autofree char *path =
		    g_build_filename(folder, g_ptr_array_index(names, i), NULL);
		struct ready_text *ready = read_text(path, g_ptr_array_index(names, i));

		if (ready != NULL)
			g_ptr_array_add(texts, ready);
		else
			log_warning("%s is no ready text: it wants UTF-8, a first line "
				    "\"Subject: ...\", and a text below",
				    path);
	}
	return true;
}

GPtrArray *ready_texts_list(const char *root, char *const *folders,
			    struct kairan_error *error_r)
{
	GPtrArray *texts = g_ptr_array_new_with_free_func(free_text);
	bool ok = true;

	for (size_t i = 0; ok && folders[i] != NULL; i++) {
		g_autofree char *folder = g_build_filename(root, folders[i], NULL);

		/* What an entry is named by may be no name of a folder. */
		if (*folders[i] != '.' && strchr(folders[i], '/') == NULL &&
		    g_file_test(folder, G_FILE_TEST_EXISTS))
			ok = add_folder(folder, texts, error_r);
	}
	if (ok && add_folder(root, texts, error_r))
		return texts;
	g_ptr_array_unref(texts);
	return NULL;
}

/* As people type it: without blanks at the ends. */
static char *fold_name(const char *name)
{
	return g_strstrip(text_fold_case(name, strlen(name)));
}

const struct ready_text *ready_texts_find(const GPtrArray *texts, const char *subject)
{
	g_autofree char *wanted = fold_name(subject_mark_skip_all(subject));

	for (guint i = 0; i < texts->len; i++) {
		const struct ready_text *ready = g_ptr_array_index(texts, i);
		g_autofree char *name = fold_name(ready->name);

		if (strcmp(name, wanted) == 0)
			return ready;
	}
	return NULL;
}

char *ready_texts_link(const char *address, const char *subject, const char *text)
{
	g_autofree char *to = g_uri_escape_string(address, "@", false);
	g_autofree char *of_subject = g_uri_escape_string(subject, NULL, false);
	char **lines = g_strsplit(text, "\n", -1);
	g_autofree char *crlf = g_strjoinv("\r\n", lines);
	g_autofree char *of_text = g_uri_escape_string(crlf, NULL, false);

	g_strfreev(lines);
	return g_strconcat("mailto:", to, "?subject=", of_subject,
			   *text != '\0' ? "&body=" : "", of_text, NULL);
}
