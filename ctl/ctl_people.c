/*
 * NAME
 *	ctl_people - kairanctl dormant, kairanctl instruct
 *
 * DESCRIPTION
 *	dormant [--days N] [--json]: approvers, delegates and staff whom the audit trail has not
 *	seen do anything for N days (or the setting dormant_after), with when they last did (Art. 6).
 *
 *	instruct LOGIN --reason TEXT [--by DATE]: mails the approver of each section that LOGIN is staff of
 *	an instruction to improve matters, and records it (Art. 6-2).
 *
 * DIAGNOSTICS
 *	EX_NOUSER: nobody has that login, or they are staff of no section. EX_UNAVAILABLE: LDAP
 *	or the store could not be asked.
 */
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "conf/clock.h"
#include "ctl/commands.h"
#include "ctl/ctl_operator.h"
#include "ctl/ctl_options.h"
#include "ctl/ctl_reading.h"
#include "ctl/ctl_store.h"
#include "ctl/ctl_table.h"
#include "ctl/ctl_time.h"
#include "milter/core/kairan.h"
#include "milter/core/notice.h"
#include "milter/draft/instructing.h"
#include "milter/report/dormant.h"
#include "schema/directory_people.h"
#include "schema/store_audit.h"

/* ---- dormant ---- */

static const struct ctl_column dormant_columns[] = { { "login", CTL_TEXT },
						     { "name", CTL_TEXT },
						     { "last operation", CTL_TIME } };

struct dormant {
	const GPtrArray *people;
	struct ctl_table *table;
	int64_t since;
};

static void list_person(const struct person *person, int64_t last, void *context)
{
	const struct dormant *dormant = context;

	ctl_table_put_text(dormant->table, person->uid);
	ctl_table_put_text(dormant->table, person->name);
	ctl_table_put_time(dormant->table, last);
}

static int list_dormant(struct store *store, void *context, struct kairan_error *error_r)
{
	struct dormant *dormant = context;

	if (!dormant_visit(store, dormant->people, dormant->since, list_person, dormant,
			   error_r))
		return EX_UNAVAILABLE;
	/* When somebody did something last is what the audit trail says. */
	return ctl_reading_record(
	    store,
	    &(struct ctl_reading){
		0, "dormant", (int64_t)json_array_size(ctl_table_rows(dormant->table)) },
	    error_r);
}

static int run_dormant(const struct ctl_call *call, int64_t seconds, bool json)
{
	struct dormant dormant = { .since = clock_now() - seconds };
	GPtrArray *people = NULL;
	struct setup *setup = NULL;
	struct kairan_error error;
	int status = EX_OK;

	if (!setup_load(call->path, &setup, &error))
		return ctl_fail(EX_CONFIG, "%s", error.text);
	if (!directory_list_holders(setup->directory, &people, &error)) {
		setup_unref(setup);
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	}
	dormant.people = people;
	dormant.table =
	    ctl_table_new(call->settings, dormant_columns, G_N_ELEMENTS(dormant_columns));
	status = ctl_store_run(call, list_dormant, &dormant);
	if (status == EX_OK)
		ctl_table_print(dormant.table, json);
	ctl_table_free(dormant.table);
	g_ptr_array_unref(people);
	setup_unref(setup);
	return status;
}

int ctl_dormant(const struct ctl_call *call)
{
	const char *days = NULL;
	bool json = false;
	const struct ctl_option options[] = { { "days", &days, NULL },
					      { "json", NULL, &json } };
	int64_t seconds = call->settings->dormant_after;
	char *end = NULL;
	long long number;
	int rest;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest != call->argc)
		return ctl_usage(call);
	if (days != NULL) {
		number = strtoll(days, &end, 10);
		if (*end != '\0' || number < 1 || number > 36500)
			return ctl_fail(EX_USAGE, "--days wants a number of days from 1");
		seconds = number * 86400;
	}
	return run_dormant(call, seconds, json);
}

/* ---- instruct ---- */

/* What is said, about whom and until when; and to whom, of which section. */
struct order {
	const char *reason;
	int64_t answer_by; /* 0: no time is set */
	const struct person *person;
	const struct section *section;
	const struct person *approver;
};

static int send_instruction(struct store *store, void *context,
			    struct kairan_error *error_r)
{
	const struct order *order = context;
	const int64_t now = clock_now();
	g_autofree char *detail =
	    g_strdup_printf("%s: %s", order->person->uid, order->reason);
	struct instruction instruction = {
		.section_ja = order->section->name_ja,
		.section_en = order->section->name_en,
		.person_uid = order->person->uid,
		.person_name = order->person->name,
		.approver_uid = order->approver->uid,
		.approver_dn = order->approver->dn,
		.reason = (char *)order->reason,
		.made_at = now,
		.answer_by = order->answer_by,
	};
	const struct audit_event event = {
		.at = now,
		.uid = ctl_operator_uid(),
		.role = "administrator",
		.action = "instruct",
		.outcome = "done",
		.detail = detail,
	};
	const struct instruction_notice notice = { NOTICE_INSTRUCT, order->approver, true,
						   NULL, now };

	return store_instruction_add(store, &instruction, error_r) &&
		       instructing_tell(store, &instruction, &notice, error_r) &&
		       store_audit_append(store, &event, error_r)
		   ? EX_OK
		   : EX_UNAVAILABLE;
}

static int instruct_section(const struct ctl_call *call, struct directory *directory,
			    struct order *order)
{
	struct person *approver = NULL;
	struct kairan_error error = { "" };
	int status;

	(void)error_set(&error, "%s", ctl_say("the section has no approver"));
	if (order->section->approver == NULL ||
	    directory_find_person_by_dn(directory, order->section->approver, &approver,
					&error) != ANSWER_YES ||
	    approver->mails[0] == NULL) {
		person_free(approver);
		return ctl_fail(EX_UNAVAILABLE,
				"Art.4: the approver of %s cannot be written to: %s",
				order->section->dn, error.text);
	}
	order->approver = approver;
	status = ctl_store_run(call, send_instruction, order);
	if (status == EX_OK)
		ctl_print("%s <%s>, approver of %s, is instructed", approver->name,
			  approver->mails[0], order->section->name_ja);
	person_free(approver);
	return status;
}

static int instruct_all(const struct ctl_call *call, struct directory *directory,
			const struct order *order)
{
	GPtrArray *sections = NULL;
	struct kairan_error error;
	int status = EX_OK, told = 0;

	if (!directory_list_sections(directory, &sections, NULL, &error))
		return ctl_fail(EX_UNAVAILABLE, "%s", error.text);
	for (guint i = 0; status == EX_OK && i < sections->len; i++) {
		struct order one = *order;

		one.section = g_ptr_array_index(sections, i);
		if (!g_strv_contains((const char *const *)one.section->staff,
				     order->person->dn))
			continue;
		status = instruct_section(call, directory, &one);
		told++;
	}
	g_ptr_array_unref(sections);
	if (told == 0)
		return ctl_fail(EX_NOUSER,
				"%s is staff of no section; an approver is suspended or "
				"revoked in the directory (kairanApproverStatus, Art. 6)",
				order->person->uid);
	return status;
}

int ctl_instruct(const struct ctl_call *call)
{
	const char *by = NULL;
	struct order order = { 0 };
	const struct ctl_option options[] = { { "reason", &order.reason, NULL },
					      { "by", &by, NULL } };
	struct setup *setup = NULL;
	struct person *person = NULL;
	struct kairan_error error = { "" };
	int rest, status;

	if (!ctl_options_read(call, options, G_N_ELEMENTS(options), &rest) ||
	    rest + 1 != call->argc || order.reason == NULL || *order.reason == '\0')
		return ctl_usage(call);
	if (by != NULL &&
	    !ctl_time_read_day(call->settings, by, clock_now(), &order.answer_by))
		return ctl_fail(
		    EX_USAGE, "--by wants a day to come, such as 2026-12-01, not \"%s\"",
		    by);
	if (!setup_load(call->path, &setup, &error))
		return ctl_fail(EX_CONFIG, "%s", error.text);
	switch (
	    directory_find_person(setup->directory, call->argv[rest], &person, &error)) {
	case ANSWER_YES:
		order.person = person;
		status = instruct_all(call, setup->directory, &order);
		break;
	case ANSWER_NO:
		status = ctl_fail(EX_NOUSER, "there is nobody with the login %s",
				  call->argv[rest]);
		break;
	case ANSWER_UNKNOWN:
	default:
		status = ctl_fail(EX_UNAVAILABLE, "%s", error.text);
		break;
	}
	person_free(person);
	setup_unref(setup);
	return status;
}
