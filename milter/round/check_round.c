/*
 * NAME
 *	check_round - the directory's contradictions, as alarms
 *
 * DESCRIPTION
 *	What kairanctl directory check finds is told to the administrators without their asking:
 *	one alarm for each kind of finding, with the entries, since a slip in loading people
 *	is one slip however many they are. An address of no section has an alarm of its own,
 *	which a draft to it raises too. Contradictions within a section are told by standing.c.
 *
 * DIAGNOSTICS
 *	Alarms: see alarm.c. LDAP that cannot be asked is told by duty_round.c.
 */
#include "config.h"

#include "milter/round/check_round.h"

#include <glib.h>
#include <string.h>

#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/round/directory_check.h"
#include "schema/store_alarm.h"

#define ENTRIES_MOST 10

/* One alarm, of perhaps many findings. */
struct group {
	const char *kind;
	char *id;
	const char *reason;
	GString *entries;
	unsigned count;
};

static void free_group(void *context)
{
	struct group *group = context;

	g_free(group->id);
	(void)g_string_free(group->entries, TRUE);
	g_free(group);
}

static bool is_of_broadcast(const struct directory_finding *finding)
{
	return finding->kind == FINDING_CONTRADICTION &&
	       finding->reason == REASON_NO_SECTION;
}

static struct group *find_group(GPtrArray *groups, const char *kind, const char *id,
				const char *reason)
{
	struct group *group;

	for (guint i = 0; i < groups->len; i++) {
		group = g_ptr_array_index(groups, i);
		if (strcmp(group->kind, kind) == 0 && strcmp(group->id, id) == 0)
			return group;
	}
	group = g_new0(struct group, 1);
	group->kind = kind;
	group->id = g_strdup(id);
	group->reason = reason;
	group->entries = g_string_new(NULL);
	g_ptr_array_add(groups, group);
	return group;
}

static void add_entry(struct group *group, const char *where, const char *entry)
{
	if (++group->count > ENTRIES_MOST || *where == '\0')
		return;
	g_string_append_printf(group->entries, "%s%s%s%s",
			       group->entries->len > 0 ? ", " : "", where,
			       *entry != '\0' ? ": " : "", entry);
}

static GPtrArray *group_findings(const GPtrArray *findings)
{
	GPtrArray *groups = g_ptr_array_new_with_free_func(free_group);

	for (guint i = 0; i < findings->len; i++) {
		const struct directory_finding *finding = g_ptr_array_index(findings, i);
		const char *name = directory_finding_name(finding);

		if (is_of_broadcast(finding))
			add_entry(
			    find_group(groups, ALARM_BROADCAST, finding->where, name),
			    finding->entry, "");
		else if (finding->kind != FINDING_CONTRADICTION &&
			 directory_finding_alarms(finding))
			add_entry(find_group(groups, ALARM_FINDING, name, name),
				  finding->where, finding->entry);
	}
	return groups;
}

static void raise_all(struct kairan *kairan, GPtrArray *groups)
{
	for (guint i = 0; i < groups->len; i++) {
		struct group *group = g_ptr_array_index(groups, i);

		if (group->count > ENTRIES_MOST)
			g_string_append_printf(group->entries, ", ... (+%u)",
					       group->count - ENTRIES_MOST);
		alarm_raise(kairan, group->kind, group->id, group->reason,
			    group->entries->str);
	}
}

/* The id of an alarm of this kind; NULL for one of another kind. */
static const char *find_id(const struct alarm *alarm, const char *kind)
{
	const size_t length = strlen(kind);

	return strncmp(alarm->name, kind, length) == 0 && alarm->name[length] == ' '
		   ? alarm->name + length + 1
		   : NULL;
}

static bool is_found(const GPtrArray *groups, const char *kind, const char *id)
{
	for (guint i = 0; i < groups->len; i++) {
		const struct group *group = g_ptr_array_index(groups, i);

		if (strcmp(group->kind, kind) == 0 && strcmp(group->id, id) == 0)
			return true;
	}
	return false;
}

static void clear_others(struct kairan *kairan, const GPtrArray *groups)
{
	static const char *const kinds[] = { ALARM_FINDING, ALARM_BROADCAST };
	struct store *store = kairan_get_store(kairan);
	struct kairan_error error = { "" };
	GPtrArray *alarms = NULL;
	bool ok = store_begin(store, &error);

	if (ok) {
		ok = store_alarm_list(store, &alarms, &error);
		store_rollback(store);
	}
	for (guint i = 0; ok && i < alarms->len; i++) {
		for (size_t j = 0; j < G_N_ELEMENTS(kinds); j++) {
			const char *id = find_id(g_ptr_array_index(alarms, i), kinds[j]);

			if (id != NULL && !is_found(groups, kinds[j], id))
				alarm_clear(kairan, kinds[j], id);
		}
	}
	if (ok)
		g_ptr_array_unref(alarms);
	else
		log_error("alarms: %s", error.text);
}

int64_t check_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	GPtrArray *findings = NULL, *groups;
	struct kairan_error error = { "" };

	if (directory_check_all(setup, kairan_get_store(kairan), &findings, &error)) {
		groups = group_findings(findings);
		raise_all(kairan, groups);
		clear_others(kairan, groups);
		g_ptr_array_unref(groups);
		g_ptr_array_unref(findings);
	}
	return now + setup->settings->snapshot_refresh;
}
