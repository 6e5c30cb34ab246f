/*
 * NAME
 *	ctl_audit - the audit trail (Art. 8)
 *
 * DESCRIPTION
 *	"audit verify" walks the chain from its first row to its last.
 *
 * DIAGNOSTICS
 *	EX_DATAERR: a row was changed, removed or put in; the first one that does not follow from
 *	the row before it is named.
 */
#include "config.h"

#include <stdio.h>
#include <sysexits.h>

#include "ctl/ctl.h"
#include "schema/store_audit.h"

int ctl_audit_verify(const struct ctl_call *call)
{
	struct store *store = NULL;
	struct kairan_error error;
	enum answer answer = ANSWER_UNKNOWN;
	int64_t bad = 0;

	if (!store_open(call->settings->store_path, STORE_JOURNAL_BEST, &store, &error))
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	if (store_begin(store, &error)) {
		answer = store_audit_check_chain(store, &bad, &error);
		store_rollback(store);
	}
	store_close(store);
	switch (answer) {
	case ANSWER_YES:
		puts("the audit trail is whole");
		return EX_OK;
	case ANSWER_NO:
		return ctl_fail(
		    EX_DATAERR,
		    "Art.8: the audit trail is broken: row %lld does not follow from "
		    "the row before it",
		    (long long)bad);
	case ANSWER_UNKNOWN:
		break;
	}
	return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
}
