/*
 * NAME
 *	teaching - "以下署名"
 *
 * DESCRIPTION
 *	The phrase must end the line, so that 以下署名を直してください is none.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/teaching.h"

#include <glib.h>
#include <string.h>

#include "policy/folded.h"
#include "policy/line.h"

/* No line with the phrase has so many octets. */
#define TEACHING_MOST 300

/* clang-format off */
static const char *const teaching_phrases[] = {
	"以下は、署名です", "以下は署名です", "以下は署名", "以下、署名です", "以下、署名", "以下署名です",
	"以下署名", "以下 署名", "下は署名です", "下は署名", "my signature is below", "my signature below",
	"signature is below", "signature below", "signature follows", "below is my signature", NULL,
};
/* clang-format on */

const char *teaching_find(const char *rest)
{
	struct folded folded;
	const char *found = NULL;

	if (strlen(rest) > TEACHING_MOST)
		return NULL;
	folded_make(rest, &folded);
	for (size_t i = 0; teaching_phrases[i] != NULL && found == NULL; i++) {
		const char *at = strstr(folded.text, teaching_phrases[i]);
		const char *behind = at != NULL ? at + strlen(teaching_phrases[i]) : NULL;

		while (
		    behind != NULL && *behind != '\0' &&
		    (line_is_blank_at(behind) ||
		     g_utf8_strchr(".。)」』】!:", -1, g_utf8_get_char(behind)) != NULL))
			behind = g_utf8_next_char(behind);
		if (behind != NULL && *behind == '\0')
			found = rest + folded.origin[at - folded.text];
	}
	folded_clear(&folded);
	return found;
}
