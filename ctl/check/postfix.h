/*
 * Postfix's configuration, as postconf(1) tells it.
 */
#ifndef KAIRAN_CTL_CHECK_POSTFIX_H
#define KAIRAN_CTL_CHECK_POSTFIX_H

#include <glib.h>
#include <stdbool.h>

#include "policy/error.h"

struct postfix;

/* Read the one in this folder (NULL: Postfix's own). False: there is no postconf, or it cannot
 * read the folder. */
bool postfix_read(const char *folder, struct postfix **postfix_r,
		  struct kairan_error *error_r);
void postfix_free(struct postfix *postfix);

/* A parameter of main.cf or its default; "" also when this Postfix knows none of that name. */
const char *postfix_get(const struct postfix *postfix, const char *name);

/* The same as a service ("smtp/inet") has it, by an option of its own in master.cf or not. */
const char *postfix_get_at(const struct postfix *postfix, const char *service,
			   const char *name);

/* A field of a service in master.cf (postconf(1), -F); "" without it. */
const char *postfix_get_field(const struct postfix *postfix, const char *service,
			      const char *field);

/* The services whose command's first word is this program, in order; free with
 * g_list_free_full() and g_free(). */
GList *postfix_list_services(const struct postfix *postfix, const char *program);

/* What the first of these tables (a parameter's value) that has the key says; free with
 * g_free(). UNKNOWN: one cannot be read. */
enum answer postfix_look_up(const struct postfix *postfix, const char *list,
			    const char *key, char **value_r,
			    struct kairan_error *error_r);

#endif
