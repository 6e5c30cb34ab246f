/*
 * A list of changes that are shown before they are made, and made in its order.
 *
 * The files that it writes are the samples of conf/, which are in the program (SETUP_SAMPLES in
 * ctl/ctl.am) and which INSTALL tells to copy: a change of a sample is one of both. tests/setup/
 * tries it on a machine as Debian makes it: /etc, /usr and /var are overlays, the servers have
 * their usual ports on a loopback of their own, and nothing of it is left afterwards.
 */
#ifndef KAIRAN_CTL_SETUP_CHANGE_H
#define KAIRAN_CTL_SETUP_CHANGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "ctl/setup/site.h"
#include "policy/error.h"

struct change_list;

/* A file as it shall be. Where it is there its owner and mode stay. */
struct change_file {
	const char *path;
	const char *text;
	mode_t mode;       /* of a new file */
	const char *group; /* of a new file; NULL: the operator's own */
	bool is_copy;      /* of what is elsewhere: only its name is shown */
};

/* A program that is given something on its standard input, or told by its words alone. */
struct change_run {
	const char *const *words; /* NULL ends them */
	const char *input;        /* NULL: none */
	const char *before; /* given to the same program before that; NULL: nothing */
	const char *after;  /* after it, whether or not it was taken */
};

struct change_list *change_list_new(void);
void change_list_free(struct change_list *list);

bool change_list_is_empty(const struct change_list *list);

/* Move all of the changes and secrets behind those of another list, and free this one. */
void change_list_move(struct change_list *to, struct change_list *from);

/* What must not be shown: whatever is printed has stars in its place. */
void change_hide(struct change_list *list, const char *secret);

/* Add a file; nothing, where it is so already. False: what is there cannot be read. */
bool change_add_file(struct change_list *list, const struct change_file *file,
		     struct kairan_error *error_r);

/* Add a run, and a folder (whose owner is that of the folder above it, mode 0700). */
void change_add_run(struct change_list *list, const struct change_run *run);
void change_add_folder(struct change_list *list, const char *path);

/* Show all of them, ask, and make them; a file that was there is kept beside the new one as
 * FILE.before-kairan. They are counted in the site. False: one could not be made, or the operator
 * said no. */
bool change_list_settle(struct change_list *list, struct site *site,
			struct kairan_error *error_r);

#endif
