/*
 * NAME
 *	say - what a check says, in the reader's language
 *
 * DESCRIPTION
 *	The words are those of all commands, which stand above this room.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "config.h"

#include "ctl/check/say.h"

#include <stddef.h>

static const char *(*check_words_by)(const char *english);

void check_say_by(const char *(*say)(const char *english))
{
	check_words_by = say;
}

const char *check_say(const char *english)
{
	return check_words_by != NULL ? check_words_by(english) : english;
}
