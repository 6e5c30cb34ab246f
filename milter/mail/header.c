/*
 * NAME
 *	header - the header of a mail
 *
 * DESCRIPTION
 *	Splits a header into fields. Mail systems differ in what they make of
 *	a line without a colon, of a bare carriage return or a NUL; such a
 *	header is refused, so that nobody reads another mail than the one that
 *	was judged here. White space before a colon is accepted (RFC 5322
 *	4.5.3): "From :" is a From field for many readers.
 *
 * DIAGNOSTICS
 *	Errors have the number of the line.
 */
#include "config.h"

#include "milter/mail/header.h"

#include <glib.h>
#include <string.h>

struct field {
	char *name;
	char *value;
};

struct header {
	GArray *fields; /* struct field */
};

static void clear_field(void *pointer)
{
	struct field *field = pointer;

	g_free(field->name);
	g_free(field->value);
}

void header_free(struct header *header)
{
	if (header == NULL)
		return;
	g_array_unref(header->fields);
	g_free(header);
}

/* The octets of the line at this place, with its line feed. */
static size_t line_size(const char *at, const char *end)
{
	const char *feed = memchr(at, '\n', (size_t)(end - at));

	return (size_t)((feed != NULL ? feed + 1 : end) - at);
}

static bool is_blank(const char *line, size_t size)
{
	return (size == 1 && line[0] == '\n') ||
	       (size == 2 && memcmp(line, "\r\n", 2) == 0);
}

static size_t without_line_end(const char *line, size_t size)
{
	if (size > 0 && line[size - 1] == '\n')
		size--;
	if (size > 0 && line[size - 1] == '\r')
		size--;
	return size;
}

static bool check_line(const char *line, size_t size, size_t number,
		       struct kairan_error *error_r)
{
	const size_t length = without_line_end(line, size);

	if (memchr(line, '\0', length) != NULL)
		return error_set(error_r, "header line %zu has a NUL octet", number);
	if (memchr(line, '\r', length) != NULL)
		return error_set(error_r, "header line %zu has a bare CR", number);
	return true;
}

/* The length of a field's name without the white space before the colon; 0 when the line
 * is no field. *colon_r is where the colon is. */
static size_t name_length(const char *line, size_t size, size_t *colon_r)
{
	size_t length = 0;

	while (length < size && line[length] > ' ' && line[length] <= '~' &&
	       line[length] != ':')
		length++;
	*colon_r = length;
	while (*colon_r < size && (line[*colon_r] == ' ' || line[*colon_r] == '\t'))
		(*colon_r)++;
	return *colon_r < size && line[*colon_r] == ':' ? length : 0;
}

/* A field with all its continuation lines. */
static bool add_field(struct header *header, const char *field, size_t size,
		      size_t number, struct kairan_error *error_r)
{
	const char *end = field + without_line_end(field, size);
	const char *value;
	size_t colon;
	const size_t length = name_length(field, (size_t)(end - field), &colon);
	struct field added;

	if (length == 0)
		return error_set(error_r, "header line %zu is not a header", number);
	for (value = field + colon + 1; value < end && (*value == ' ' || *value == '\t');)
		value++;
	added.name = g_strndup(field, length);
	added.value = g_strndup(value, (size_t)(end - value));
	g_array_append_val(header->fields, added);
	return true;
}

static bool read_fields(struct header *header, const char *octets, size_t length,
			size_t *body_r, struct kairan_error *error_r)
{
	const char *at = octets, *end = octets + length;
	size_t number = 0;

	while (at < end) {
		const char *field = at;
		const size_t first = number + 1;

		do {
			const size_t size = line_size(at, end);

			if (at == field && is_blank(at, size)) {
				*body_r = (size_t)(at + size - octets);
				return true;
			}
			if (++number > HEADER_LINES_MOST ||
			    (size_t)(at - octets) + size > HEADER_OCTETS_MOST)
				return error_set(error_r, "the header is too large");
			if (!check_line(at, size, number, error_r))
				return false;
			at += size;
		} while (at < end && (*at == ' ' || *at == '\t'));
		if (!add_field(header, field, (size_t)(at - field), first, error_r))
			return false;
	}
	*body_r = length;
	return true;
}

bool header_read(const void *octets, size_t length, struct header **header_r,
		 size_t *body_r, struct kairan_error *error_r)
{
	struct header *header = g_new0(struct header, 1);

	header->fields = g_array_new(FALSE, FALSE, sizeof(struct field));
	g_array_set_clear_func(header->fields, clear_field);
	if (!read_fields(header, octets, length, body_r, error_r)) {
		header_free(header);
		return false;
	}
	*header_r = header;
	return true;
}

size_t header_count(const struct header *header, const char *name)
{
	size_t count = 0;

	for (guint i = 0; i < header->fields->len; i++)
		if (g_ascii_strcasecmp(
			g_array_index(header->fields, struct field, i).name, name) == 0)
			count++;
	return count;
}

const char *header_get(const struct header *header, const char *name, size_t n)
{
	for (guint i = 0; i < header->fields->len; i++) {
		const struct field *field =
		    &g_array_index(header->fields, struct field, i);

		if (g_ascii_strcasecmp(field->name, name) == 0 && n-- == 0)
			return field->value;
	}
	return NULL;
}
