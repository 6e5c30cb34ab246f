/*
 * NAME
 *	directory_check - all that contradicts the regulation
 *
 * DESCRIPTION
 *	Walks the sections, then the broadcasts, then the administrators. What stops a draft is
 *	found by policy/contradiction.c, as for a draft; the rest is what would surprise an
 *	administrator later.
 *
 * DIAGNOSTICS
 *	Could not ask: returned. Everything else is a finding.
 */
#include "config.h"

#include "milter/round/directory_check.h"

#include <string.h>

#include "policy/contradiction.h"
#include "policy/part.h"
#include "schema/directory_people.h"
#include "schema/store_subscriber.h"

#define CONTRADICTIONS_MOST 64

/* ---- what they are called ---- */

struct words {
	const char *name;
	const char *article;
	const char *mend_ja;
	const char *mend_en;
};

static const struct words finding_words[FINDING_COUNT] = {
	[FINDING_CONTRADICTION] = { "", "", "", "" },
	[FINDING_NO_ENTRY] = { "no-such-entry", "3", "名簿に無い人を課から外す",
			       "remove from the section who is not in the directory" },
	[FINDING_NO_MAIL] = { "no-mail", "3", "メールアドレスを登録する",
			      "register a mail address" },
	[FINDING_SHARED_MAIL] = { "shared-mail", "14",
				  "kairanSharedMail には課で共用するアドレスだけを書く",
				  "list only addresses that the section shares" },
	[FINDING_NO_POLICY] = { "no-password-policy", "12",
				"パスワードポリシー（ppolicy）を適用する",
				"put the password under a policy (ppolicy)" },
	[FINDING_UNKNOWN_LIST] = { "unknown-list", "2",
				   "kairanList を確かめ、利用者を登録する",
				   "check kairanList, and register its subscribers" },
	[FINDING_EMPTY_LIST] = { "empty-list", "2",
				 "配信を受ける利用者を登録するか、配信を再開する",
				 "register subscribers, or resume those that are there" },
	[FINDING_ORPHAN_LIST] = { "orphan-list", "2",
				  "kairanList を確かめ、要らないリストの利用者は削除する",
				  "check kairanList, or delete the list's subscribers" },
	[FINDING_BROADCAST_TWICE] = { "broadcast-twice", "4",
				      "配信用アドレスの項目を、ひとつだけにする",
				      "keep one entry for each broadcast address" },
	[FINDING_UNREADABLE] = { "unreadable", "4", "項目の値を直す",
				 "mend the attribute's value" },
	[FINDING_NO_ADMINISTRATOR] = { "no-administrator", "3",
				       "管理者グループに、アドレスのある人を入れる",
				       "put somebody with a mail address into the group" },
};

static const struct {
	enum reason reason;
	const char *mend_ja;
	const char *mend_en;
} reason_mends[] = {
	{ REASON_NO_APPROVER, "配信責任者をひとり登録する", "name one approver" },
	{ REASON_SEVERAL_APPROVERS, "配信責任者をひとりだけにする",
	  "keep exactly one approver" },
	{ REASON_BOTH_DUTIES, "配信担当者か配信責任者（委任を受けた者）の一方にする",
	  "let them be staff, or approver or delegate, but not both" },
	{ REASON_FOREIGN_DELEGATE, "委任は同じ課の人にする",
	  "delegate to somebody of the same section" },
	{ REASON_DELEGATE_TIME,
	  "委任の期間を 2026-12-01 か 20261201000000+0900 の形に直す",
	  "write the period as 2026-12-01 or 20261201000000+0900" },
	{ REASON_NO_SECTION, "kairanSectionDN に課を登録する",
	  "name the section in kairanSectionDN" },
	{ REASON_MAIL_TWICE, "メールアドレスをひとりだけのものにする",
	  "let the address belong to one of them only" },
};

const char *directory_finding_name(const struct directory_finding *finding)
{
	return finding->kind == FINDING_CONTRADICTION ? reason_name(finding->reason)
						      : finding_words[finding->kind].name;
}

bool directory_finding_alarms(const struct directory_finding *finding)
{
	return finding->kind != FINDING_ORPHAN_LIST;
}

const char *directory_finding_article(const struct directory_finding *finding)
{
	return finding->kind == FINDING_CONTRADICTION
		   ? reason_article(finding->reason)
		   : finding_words[finding->kind].article;
}

const char *directory_finding_mend(const struct directory_finding *finding,
				   const char *language)
{
	const bool japanese = strcmp(language, "ja") == 0;

	if (finding->kind != FINDING_CONTRADICTION)
		return japanese ? finding_words[finding->kind].mend_ja
				: finding_words[finding->kind].mend_en;
	for (size_t i = 0; i < G_N_ELEMENTS(reason_mends); i++)
		if (reason_mends[i].reason == finding->reason)
			return japanese ? reason_mends[i].mend_ja
					: reason_mends[i].mend_en;
	return "";
}

/* ---- finding ---- */

static void free_finding(void *context)
{
	struct directory_finding *finding = context;

	g_free(finding->where);
	g_free(finding->entry);
	g_free(finding);
}

static void add(GPtrArray *findings, enum finding_kind kind, enum reason reason,
		const char *where, const char *entry)
{
	struct directory_finding *finding = g_new0(struct directory_finding, 1);

	finding->kind = kind;
	finding->reason = reason;
	finding->where = g_strdup(where);
	finding->entry = g_strdup(entry != NULL ? entry : "");
	g_ptr_array_add(findings, finding);
}

static void check_contradictions(const struct section *section,
				 const struct section_duties *duties, GPtrArray *findings)
{
	struct contradiction found[CONTRADICTIONS_MOST];
	const size_t count = contradiction_list(duties, found, G_N_ELEMENTS(found));

	for (size_t i = 0; i < count; i++) {
		g_autofree char *entry =
		    found[i].other != NULL
			? g_strconcat(found[i].entry, " = ", found[i].other, NULL)
			: g_strdup(found[i].entry);

		add(findings, FINDING_CONTRADICTION, found[i].reason, section->dn, entry);
	}
}

static void check_person(const struct section *section,
			 const struct section_people *people, const char *dn,
			 GPtrArray *findings)
{
	const struct person *person = section_people_find(people, dn);

	if (person == NULL) {
		add(findings, FINDING_NO_ENTRY, REASON_NONE, section->dn, dn);
		return;
	}
	if (person->mails[0] == NULL)
		add(findings, FINDING_NO_MAIL, REASON_NONE, section->dn, dn);
	if (person->password.changed_at == 0)
		add(findings, FINDING_NO_POLICY, REASON_NONE, section->dn, dn);
}

static void check_delegate(const struct section *section,
			   const struct section_people *people, const char *dn,
			   GPtrArray *findings)
{
	const struct person *person = section_people_find(people, dn);

	check_person(section, people, dn, findings);
	if (person != NULL && person->delegation.is_garbled)
		add(findings, FINDING_CONTRADICTION, REASON_DELEGATE_TIME, section->dn,
		    dn);
}

static bool is_of_somebody(const struct section_people *people, char *const *dns,
			   const struct address *address)
{
	for (; *dns != NULL; dns++) {
		const struct person *person = section_people_find(people, *dns);

		if (person != NULL && person_has_mail(person, address))
			return true;
	}
	return false;
}

/* What is no address is never found in a From:, and a colleague's own is theirs alone. */
static void check_shared_mails(const struct section *section,
			       const struct section_people *people, GPtrArray *findings)
{
	for (size_t i = 0; section->shared_mails[i] != NULL; i++) {
		const char *mail = section->shared_mails[i];
		struct address address;

		if (!address_read(mail, &address, NULL) ||
		    is_of_somebody(people, section->approvers, &address) ||
		    is_of_somebody(people, section->delegates, &address) ||
		    is_of_somebody(people, section->staff, &address))
			add(findings, FINDING_SHARED_MAIL, REASON_NONE, section->dn,
			    mail);
	}
}

/* Who is called when nobody answers must exist, and have an address. */
static bool check_duty_list(const struct setup *setup, const char *where,
			    char *const *dns, GPtrArray *findings,
			    struct kairan_error *error_r)
{
	enum answer answer = ANSWER_NO;

	for (; answer != ANSWER_UNKNOWN && *dns != NULL; dns++) {
		struct person *person = NULL;

		answer =
		    directory_find_person_by_dn(setup->directory, *dns, &person, error_r);
		if (answer == ANSWER_NO)
			add(findings, FINDING_NO_ENTRY, REASON_NONE, where, *dns);
		if (answer == ANSWER_YES && person->mails[0] == NULL)
			add(findings, FINDING_NO_MAIL, REASON_NONE, where, *dns);
		person_free(person);
	}
	return answer != ANSWER_UNKNOWN;
}

static bool check_service(const struct setup *setup, GPtrArray *findings,
			  struct kairan_error *error_r)
{
	char **dns = NULL;
	bool ok;

	if (!directory_list_duty(setup->directory, &dns, error_r))
		return false;
	ok = check_duty_list(setup, setup->settings->ldap_service_filter, dns, findings,
			     error_r);
	g_strfreev(dns);
	return ok;
}

static bool check_section(const struct setup *setup, const struct section *section,
			  GPtrArray *findings, struct kairan_error *error_r)
{
	struct section_people *people = NULL;
	struct section_duties duties;

	if (!directory_find_people(setup->directory, section, "", &people, error_r))
		return false;
	duties = section_people_as_duties(section, people);
	check_contradictions(section, &duties, findings);
	/* An approver who does not exist is a contradiction, and told as such. */
	if (section->approver != NULL &&
	    section_people_find(people, section->approver) != NULL)
		check_person(section, people, section->approver, findings);
	for (size_t i = 0; section->delegates[i] != NULL; i++)
		check_delegate(section, people, section->delegates[i], findings);
	for (size_t i = 0; section->staff[i] != NULL; i++)
		check_person(section, people, section->staff[i], findings);
	check_shared_mails(section, people, findings);
	section_people_free(people);
	return check_duty_list(setup, section->dn, section->duty_list, findings, error_r);
}

static bool check_sections(const struct setup *setup, GPtrArray *sections,
			   GPtrArray *findings, struct kairan_error *error_r)
{
	bool ok = true;

	for (guint i = 0; ok && i < sections->len; i++)
		ok = check_section(setup, g_ptr_array_index(sections, i), findings,
				   error_r);
	return ok;
}

static bool is_section(const GPtrArray *sections, const char *dn)
{
	for (guint i = 0; i < sections->len; i++) {
		const struct section *section = g_ptr_array_index(sections, i);

		if (strcmp(section->dn, dn) == 0)
			return true;
	}
	return false;
}

/* A list that has subscribers, or had. */
struct kept_list {
	char *name;
	int64_t active;
	bool used; /* by a broadcast */
};

static void free_kept_list(void *context)
{
	struct kept_list *list = context;

	g_free(list->name);
	g_free(list);
}

static void keep_list(const struct subscriber_count *count, void *context)
{
	struct kept_list *list = g_new0(struct kept_list, 1);

	list->name = g_strdup(count->list);
	list->active = count->active;
	g_ptr_array_add(context, list);
}

static bool read_lists(struct store *store, GPtrArray *lists,
		       struct kairan_error *error_r)
{
	bool ok;

	if (!store_begin(store, error_r))
		return false;
	ok = store_subscriber_visit_counts(store, keep_list, lists, error_r);
	store_rollback(store);
	return ok;
}

static void check_list(GPtrArray *lists, const char *mail, const char *name,
		       GPtrArray *findings)
{
	struct kept_list *found = NULL;

	for (guint i = 0; found == NULL && i < lists->len; i++) {
		struct kept_list *list = g_ptr_array_index(lists, i);

		if (strcmp(list->name, name) == 0)
			found = list;
	}
	if (found == NULL || found->active == 0)
		add(findings, found == NULL ? FINDING_UNKNOWN_LIST : FINDING_EMPTY_LIST,
		    REASON_NONE, mail, name);
	if (found != NULL)
		found->used = true;
}

static void check_unused(const GPtrArray *lists, GPtrArray *findings)
{
	for (guint i = 0; i < lists->len; i++) {
		const struct kept_list *list = g_ptr_array_index(lists, i);

		if (!list->used)
			add(findings, FINDING_ORPHAN_LIST, REASON_NONE, list->name, NULL);
	}
}

/* bad: broadcasts that could not be understood, so that their lists are not known. */
static bool check_lists(struct store *store, struct broadcast *const *broadcasts,
			const GPtrArray *bad, GPtrArray *findings,
			struct kairan_error *error_r)
{
	GPtrArray *lists = g_ptr_array_new_with_free_func(free_kept_list);
	const bool ok = read_lists(store, lists, error_r);

	if (ok) {
		for (size_t i = 0; broadcasts[i] != NULL; i++) {
			const char *mail = broadcasts[i]->mail;
			char **twins = broadcasts[i]->twins;

			check_list(lists, mail, broadcasts[i]->list, findings);
			for (size_t j = 0; twins[j] != NULL; j++)
				check_list(lists, mail, twin_list(twins[j]), findings);
			if (*broadcasts[i]->drill != '\0')
				check_list(lists, mail, broadcasts[i]->drill, findings);
		}
		if (bad->len == 0)
			check_unused(lists, findings);
	}
	g_ptr_array_unref(lists);
	return ok;
}

static bool is_repeated(struct broadcast *const *broadcasts, size_t which)
{
	for (size_t i = 0; i < which; i++)
		if (strcmp(broadcasts[i]->mail, broadcasts[which]->mail) == 0)
			return true;
	return false;
}

static void add_unreadable(const GPtrArray *bad, GPtrArray *findings)
{
	for (guint i = 0; i < bad->len; i++)
		add(findings, FINDING_UNREADABLE, REASON_NONE, g_ptr_array_index(bad, i),
		    NULL);
}

static bool check_broadcasts(const struct setup *setup, struct store *store,
			     const GPtrArray *sections, GPtrArray *findings,
			     struct kairan_error *error_r)
{
	struct broadcast **broadcasts = NULL;
	GPtrArray *bad = NULL;
	bool ok = directory_list_broadcasts(setup->directory, &broadcasts, &bad, error_r);

	if (!ok)
		return false;
	add_unreadable(bad, findings);
	for (size_t i = 0; broadcasts[i] != NULL; i++) {
		char **dns = broadcasts[i]->sections;

		if (is_repeated(broadcasts, i))
			add(findings, FINDING_BROADCAST_TWICE, REASON_NONE,
			    broadcasts[i]->mail, NULL);
		if (dns[0] == NULL)
			add(findings, FINDING_CONTRADICTION, REASON_NO_SECTION,
			    broadcasts[i]->mail, NULL);
		for (size_t j = 0; dns[j] != NULL; j++)
			if (!is_section(sections, dns[j]))
				add(findings, FINDING_CONTRADICTION, REASON_NO_SECTION,
				    broadcasts[i]->mail, dns[j]);
	}
	ok = check_lists(store, broadcasts, bad, findings, error_r);
	g_ptr_array_unref(bad);
	broadcasts_free(broadcasts);
	return ok;
}

static bool check_administrators(const struct setup *setup, GPtrArray *findings,
				 struct kairan_error *error_r)
{
	GPtrArray *administrators = NULL;
	bool reachable = false;

	if (!directory_list_administrators(setup->directory, &administrators, error_r))
		return false;
	for (guint i = 0; i < administrators->len; i++) {
		const struct person *person = g_ptr_array_index(administrators, i);

		reachable = reachable || person->mails[0] != NULL;
	}
	if (!reachable)
		add(findings, FINDING_NO_ADMINISTRATOR, REASON_NONE,
		    setup->settings->ldap_admin_filter, NULL);
	g_ptr_array_unref(administrators);
	return true;
}

bool directory_check_all(const struct setup *setup, struct store *store,
			 GPtrArray **findings_r, struct kairan_error *error_r)
{
	GPtrArray *findings = g_ptr_array_new_with_free_func(free_finding);
	GPtrArray *sections = NULL, *bad = NULL;
	bool ok = directory_list_sections(setup->directory, &sections, &bad, error_r);

	if (ok)
		add_unreadable(bad, findings);
	ok = ok && check_sections(setup, sections, findings, error_r) &&
	     check_broadcasts(setup, store, sections, findings, error_r) &&
	     check_administrators(setup, findings, error_r) &&
	     check_service(setup, findings, error_r);
	if (sections != NULL) {
		g_ptr_array_unref(sections);
		g_ptr_array_unref(bad);
	}
	if (ok)
		*findings_r = findings;
	else
		g_ptr_array_unref(findings);
	return ok;
}
