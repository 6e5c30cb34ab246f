/*
 * NAME
 *	archive_round - what went out, as files
 *
 * DESCRIPTION
 *	Below the folder of the setting archive_dir each broadcast whose release is over, or was
 *	stopped midway, becomes a file MONTH/DAY-DRAFT-LIST.eml with what residents got; it names
 *	none of them. A file is on the disk before the store has it that it is, and the same mail
 *	gives the same file, so that a crash in between repeats it.
 *
 *	What went out before the setting was there, and is in the store still, is written too.
 *	Files are never removed.
 *
 * DIAGNOSTICS
 *	Error: the store cannot be used, or a file cannot be written; the administrators are told
 *	of the latter, and it is tried again.
 */
#include "config.h"

#include "milter/round/archive_round.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>

#include "conf/clock.h"
#include "conf/log.h"
#include "milter/core/alarm.h"
#include "milter/draft/broadcast_mail.h"
#include "policy/part.h"
#include "schema/store_archive.h"

/* Nobody wants an archive; a release may have been stopped; a file could not be written. */
#define IDLE_SECONDS    3600
#define LOOK_SECONDS    300
#define TROUBLE_SECONDS 60

#define FOLDER_MODE 0750
#define FILE_MODE   0640

/* Its folder, which is made, and its path. */
static bool make_path(const struct settings *settings, const struct draft *draft,
		      const char *language, char **path_r, struct kairan_error *error_r)
{
	g_autofree char *folder = NULL;
	g_autofree char *list = g_strdup(draft_find_list(draft, language));
	char month[16], day[16];

	clock_format(draft->due_at, settings->time_zone, "%Y-%m", month, sizeof(month));
	clock_format(draft->due_at, settings->time_zone, "%d", day, sizeof(day));
	folder = g_build_filename(settings->archive_dir, month, NULL);
	if (g_mkdir_with_parents(folder, FOLDER_MODE) != 0)
		return error_set(error_r, "%s: %s", folder, g_strerror(errno));
	/* The directory says what lists are named. */
	(void)g_strcanon(list,
			 G_CSET_A_2_Z G_CSET_a_2_z "0123456789"
						   "-_.",
			 '_');
	*path_r =
	    g_strdup_printf("%s/%s-%lld-%s.eml", folder, day, (long long)draft->id, list);
	return true;
}

static bool write_file(const struct settings *settings, const struct draft *draft,
		       const char *language, struct kairan_error *error_r)
{
	/* The copy that is nobody's own. */
	struct shard shard = { .draft = draft->id };
	const struct broadcast_copy copy = { draft, &shard, NULL };
	g_autofree char *path = NULL;
	GError *error = NULL;
	char *octets = NULL;
	size_t length;
	bool ok;

	(void)g_strlcpy(shard.language, language, sizeof(shard.language));
	if (!make_path(settings, draft, language, &path, error_r) ||
	    !broadcast_mail_write(settings, &copy, &octets, &length, error_r))
		return false;
	ok = g_file_set_contents_full(path, octets, (gssize)length,
				      G_FILE_SET_CONTENTS_CONSISTENT |
					  G_FILE_SET_CONTENTS_DURABLE,
				      FILE_MODE, &error);
	free(octets);
	if (!ok) {
		(void)error_set(error_r, "%s", error->message);
		g_error_free(error);
	}
	return ok;
}

/* The text in a language, where it went out to anybody. */
static bool write_text(struct store *store, const struct settings *settings,
		       const struct draft *draft, const char *language,
		       struct kairan_error *error_r)
{
	enum answer answer;

	if (!store_begin_grouped(store, error_r))
		return false;
	answer = store_archive_went_out(store, draft->id, language, error_r);
	store_rollback(store);
	if (answer != ANSWER_YES)
		return answer == ANSWER_NO;
	return write_file(settings, draft, language, error_r);
}

/* A file for each of its texts. */
static bool write_draft(struct store *store, const struct settings *settings,
			const struct draft *draft, struct kairan_error *error_r)
{
	bool ok = write_text(store, settings, draft, "", error_r);

	for (guint i = 0; ok && i < draft->parts->len; i++) {
		const struct part *part = g_ptr_array_index(draft->parts, i);

		ok = write_text(store, settings, draft, part->language, error_r);
	}
	return ok;
}

static enum answer find_next(struct store *store, struct draft **draft_r,
			     struct kairan_error *error_r)
{
	enum answer answer;

	if (!store_begin_grouped(store, error_r))
		return ANSWER_UNKNOWN;
	answer = store_archive_find(store, draft_r, error_r);
	store_rollback(store);
	return answer;
}

static bool note(struct store *store, const struct draft *draft,
		 struct kairan_error *error_r)
{
	return store_begin_grouped(store, error_r) &&
	       store_end(store, store_archive_note(store, draft->id, error_r), error_r);
}

/* One of them. NO: none is left. */
static enum answer write_next(struct kairan *kairan, const struct setup *setup,
			      struct kairan_error *error_r)
{
	struct store *store = kairan_get_store(kairan);
	struct draft *draft = NULL;
	enum answer answer = find_next(store, &draft, error_r);

	if (answer == ANSWER_YES &&
	    !write_draft(store, setup->settings, draft, error_r)) {
		alarm_raise(kairan, ALARM_ARCHIVE, "folder", "archive", error_r->text);
		answer = ANSWER_UNKNOWN;
	} else if (answer == ANSWER_YES && !note(store, draft, error_r)) {
		answer = ANSWER_UNKNOWN;
	}
	draft_free(draft);
	return answer;
}

int64_t archive_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	struct kairan_error error = { "" };
	enum answer answer;

	if (*setup->settings->archive_dir == '\0') {
		alarm_clear(kairan, ALARM_ARCHIVE, "folder");
		return now + IDLE_SECONDS;
	}
	do {
		answer = write_next(kairan, setup, &error);
	} while (answer == ANSWER_YES);
	if (answer == ANSWER_UNKNOWN) {
		log_error("archive: %s", error.text);
		return now + TROUBLE_SECONDS;
	}
	alarm_clear(kairan, ALARM_ARCHIVE, "folder");
	return now + LOOK_SECONDS;
}
