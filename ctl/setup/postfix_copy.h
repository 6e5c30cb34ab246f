/*
 * A copy of main.cf and master.cf that postconf(1) edits, so that what it does can be shown
 * before it is done.
 */
#ifndef KAIRAN_CTL_SETUP_POSTFIX_COPY_H
#define KAIRAN_CTL_SETUP_POSTFIX_COPY_H

#include <stdbool.h>

#include "ctl/setup/change.h"
#include "policy/error.h"

struct postfix_copy {
	const char *from; /* Postfix's own folder */
	char *folder;
	struct kairan_error *error_r;
	bool failed; /* what follows does nothing then */
};

/* False: the files cannot be read, or there are none. */
bool postfix_copy_open(struct postfix_copy *copy, const char *from,
		       struct kairan_error *error_r);

/* The value of a parameter, expanded; "" where it has none. Free with g_free(). */
char *postfix_copy_get(const struct postfix_copy *copy, const char *name);

/* The value that main.cf itself gives it; NULL: it says nothing. Free with g_free(). */
char *postfix_copy_said(const struct postfix_copy *copy, const char *name);

/* What postconf says to this option ("-M", "-P", "-F") and argument; "" where nothing. Free with
 * g_free(). */
char *postfix_copy_ask(const struct postfix_copy *copy, const char *option,
		       const char *argument);

/* Edit: option is "-e", "-M", "-P" or "-F". */
void postfix_copy_edit(struct postfix_copy *copy, const char *option,
		       const char *argument);

/* Add the files that became different, and remove the copy. False where anything failed. */
bool postfix_copy_close(struct postfix_copy *copy, struct change_list *list);

#endif
