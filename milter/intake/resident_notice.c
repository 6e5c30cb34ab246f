/*
 * NAME
 *	resident_notice - what residents are told
 *
 * DESCRIPTION
 *	The facts of a notice about what a resident asked for. The address to confirm by and the
 *	terms of use are put in when it is rendered (milter/courier/notice_resident.c).
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/intake/resident_notice.h"

#include <stdlib.h>
#include <string.h>

#include "milter/core/notice.h"

static const char *find_name(const struct resident_notice *notice)
{
	if (notice->broadcast == NULL)
		return notice->request->list;
	return strcmp(notice->request->language, "ja") == 0 ? notice->broadcast->name_ja
							    : notice->broadcast->name_en;
}

bool resident_notice_add(struct store *store, const struct resident_notice *notice,
			 struct kairan_error *error_r)
{
	const struct resident_request *request = notice->request;
	g_autofree char *id = g_strdup_printf("%lld", (long long)request->id);
	char *facts = notice_make_facts(
	    "request", id, "list", request->list, "broadcast_name", find_name(notice),
	    "office", notice->office != NULL ? notice->office : "", "status_text",
	    notice->status != NULL ? notice->status : "", NULL);
	const bool ok = notice_add_address(
	    store, &(struct notice){ notice->kind, 0, facts, notice->now },
	    request->address, request->language, error_r);

	free(facts);
	return ok;
}
