/*
 * NAME
 *	store_mark - what was last known of the store
 *
 * DESCRIPTION
 *	One line in a file of its own: "kairan-mark 2", the store's id, the number and the hash of a
 *	row that the trail had, the same of the row up to which it was accepted as it is, the number
 *	drawn for an administrator's word, how many commits daemons had made, the id of the key, and
 *	HMAC-SHA256 by that key over all before it. "kairan-mark 1" had neither of the last two
 *	numbers.
 *
 *	The daemon may write the file, and nothing else in that folder: so it is written over, in
 *	one write of less than a disk's sector. Whoever reads it and then writes holds a lock on it.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "schema/store_mark.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/audit_seal.h"
#include "schema/sql.h"
#include "schema/store_position.h"

#define FIRST_WORDS      "kairan-mark 2"
#define OLD_WORDS        "kairan-mark 1"
#define LINE_MOST        500
#define POSITION_ID      "store-id"
#define POSITION_COMMITS "store-commits"

char *store_mark_path(const char *audit_key_file)
{
	return g_strconcat(audit_key_file, ".mark", NULL);
}

/* ---- the line ---- */

static char *write_hex(const unsigned char *octets, size_t length)
{
	GString *hex = g_string_new(NULL);

	for (size_t i = 0; i < length; i++)
		g_string_append_printf(hex, "%02x", octets[i]);
	return g_string_free(hex, FALSE);
}

static bool read_hex(const char *hex, unsigned char *octets_r, size_t length)
{
	if (strlen(hex) != 2 * length || strspn(hex, "0123456789abcdef") != 2 * length)
		return false;
	for (size_t i = 0; i < length; i++)
		octets_r[i] = (unsigned char)(g_ascii_xdigit_value(hex[2 * i]) << 4 |
					      g_ascii_xdigit_value(hex[2 * i + 1]));
	return true;
}

static char *seal_line(const char *line, const struct token_key *key)
{
	unsigned char seal[AUDIT_SEAL_OCTETS];

	if (!audit_seal_octets(key, line, strlen(line), seal))
		return NULL;
	return write_hex(seal, sizeof(seal));
}

static char *write_line(const struct store_mark *mark, const struct keyring *seals)
{
	const struct token_key *key = keyring_current(seals);
	g_autofree char *hash = write_hex(mark->hash, sizeof(mark->hash));
	g_autofree char *accepted =
	    write_hex(mark->accepted_hash, sizeof(mark->accepted_hash));
	g_autofree char *line = g_strdup_printf(
	    FIRST_WORDS " %s %lld %s %lld %s %lld %lld %u", mark->id,
	    (long long)mark->seq, hash, (long long)mark->accepted, accepted,
	    (long long)mark->said, (long long)mark->commits, (unsigned int)key->id);
	g_autofree char *seal = seal_line(line, key);

	return seal != NULL ? g_strdup_printf("%s %s\n", line, seal) : NULL;
}

static bool check_seal(char *line, const struct keyring *seals)
{
	char *seal = strrchr(line, ' '), *id;
	const struct token_key *key;
	g_autofree char *wanted = NULL;

	if (seal == NULL)
		return false;
	*seal++ = '\0';
	id = strrchr(line, ' ');
	key =
	    id != NULL ? keyring_find(seals, (unsigned int)strtoul(id, NULL, 10)) : NULL;
	wanted = key != NULL ? seal_line(line, key) : NULL;
	return wanted != NULL && strlen(seal) == strlen(wanted) &&
	       CRYPTO_memcmp(seal, wanted, strlen(wanted)) == 0;
}

static bool read_line(char *line, const struct keyring *seals, struct store_mark *mark_r)
{
	char hash[2 * AUDIT_HASH_OCTETS + 1], accepted[2 * AUDIT_HASH_OCTETS + 1];
	long long seq, accepted_seq, said = 0, commits = 0;

	line[strcspn(line, "\n")] = '\0';
	if (!check_seal(line, seals) ||
	    (sscanf(line, FIRST_WORDS " %32s %lld %64s %lld %64s %lld %lld", mark_r->id,
		    &seq, hash, &accepted_seq, accepted, &said, &commits) != 7 &&
	     sscanf(line, OLD_WORDS " %32s %lld %64s %lld %64s", mark_r->id, &seq, hash,
		    &accepted_seq, accepted) != 5))
		return false;
	mark_r->seq = seq;
	mark_r->accepted = accepted_seq;
	mark_r->said = said;
	mark_r->commits = commits;
	return read_hex(hash, mark_r->hash, sizeof(mark_r->hash)) &&
	       read_hex(accepted, mark_r->accepted_hash, sizeof(mark_r->accepted_hash));
}

/* ---- the file ---- */

static bool fail(struct kairan_error *error_r, const char *path)
{
	return error_set(error_r, "the store's mark %s: %s", path, strerror(errno));
}

static enum answer read_file(int fd, const char *path, const struct keyring *seals,
			     struct store_mark *mark_r, struct kairan_error *error_r)
{
	char line[LINE_MOST + 1];
	const ssize_t length = pread(fd, line, LINE_MOST, 0);

	if (length < 0) {
		(void)fail(error_r, path);
		return ANSWER_UNKNOWN;
	}
	line[length] = '\0';
	*mark_r = (struct store_mark){ .seq = 0 };
	if (length == 0)
		return ANSWER_NO;
	if (read_line(line, seals, mark_r))
		return ANSWER_YES;
	(void)error_set(error_r,
			"the store's mark %s is not sealed by a key of audit_key_file",
			path);
	return ANSWER_UNKNOWN;
}

enum answer store_mark_read(const char *path, const struct keyring *seals,
			    struct store_mark *mark_r, struct kairan_error *error_r)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum answer answer;

	*mark_r = (struct store_mark){ .seq = 0 };
	if (fd < 0 && errno == ENOENT)
		return ANSWER_NO;
	if (fd < 0) {
		(void)fail(error_r, path);
		return ANSWER_UNKNOWN;
	}
	answer = read_file(fd, path, seals, mark_r, error_r);
	close(fd);
	return answer;
}

/* What root makes is for whom the key is. */
static bool give_to_owner(int fd, const char *path)
{
	g_autofree char *key = g_strndup(path, strlen(path) - strlen(".mark"));
	struct stat status;

	return geteuid() != 0 || stat(key, &status) != 0 ||
	       fchown(fd, status.st_uid, status.st_gid) == 0;
}

static int open_file(const char *path, struct kairan_error *error_r)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 || !give_to_owner(fd, path) || flock(fd, LOCK_EX) != 0) {
		(void)fail(error_r, path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static bool write_file(int fd, const char *path, const struct keyring *seals,
		       const struct store_mark *mark, struct kairan_error *error_r)
{
	g_autofree char *line = write_line(mark, seals);
	const size_t length = line != NULL ? strlen(line) : 0;

	if (line == NULL)
		return error_set(error_r, "the store's mark: HMAC failed");
	if (pwrite(fd, line, length, 0) != (ssize_t)length ||
	    ftruncate(fd, (off_t)length) != 0 || fsync(fd) != 0)
		return fail(error_r, path);
	return true;
}

bool store_mark_write(const char *path, const struct keyring *seals,
		      const struct store_mark *mark, struct kairan_error *error_r)
{
	struct store_mark word = *mark;
	int fd;
	bool ok;

	if (RAND_bytes((unsigned char *)&word.said, sizeof(word.said)) != 1)
		return error_set(error_r, "no random numbers from OpenSSL");
	fd = open_file(path, error_r);
	ok = fd >= 0 && write_file(fd, path, seals, &word, error_r);
	if (fd >= 0)
		close(fd);
	return ok;
}

/* ---- the store ---- */

static bool find_id(struct store *store, char id_r[STORE_ID_OCTETS + 1],
		    struct kairan_error *error_r)
{
	g_autofree char *id = NULL;
	enum answer answer = store_position_find(store, POSITION_ID, &id, error_r);

	id_r[0] = '\0';
	if (answer == ANSWER_YES)
		(void)g_strlcpy(id_r, id, STORE_ID_OCTETS + 1);
	return answer != ANSWER_UNKNOWN;
}

static bool find_commits(struct store *store, int64_t *commits_r,
			 struct kairan_error *error_r)
{
	g_autofree char *commits = NULL;
	const enum answer answer =
	    store_position_find(store, POSITION_COMMITS, &commits, error_r);

	*commits_r = answer == ANSWER_YES ? g_ascii_strtoll(commits, NULL, 10) : 0;
	return answer != ANSWER_UNKNOWN;
}

bool store_mark_count(struct store *store, int64_t commits, struct kairan_error *error_r)
{
	char text[24];

	(void)g_snprintf(text, sizeof(text), "%lld", (long long)commits);
	return store_position_put(store, POSITION_COMMITS, text, error_r);
}

bool store_mark_take(struct store *store, struct store_mark *mark_r,
		     struct kairan_error *error_r)
{
	unsigned char octets[STORE_ID_OCTETS / 2];
	g_autofree char *id = NULL;
	struct audit_mark last;

	*mark_r = (struct store_mark){ .seq = 0 };
	if (!find_id(store, mark_r->id, error_r) ||
	    !find_commits(store, &mark_r->commits, error_r) ||
	    !store_audit_find_end(store, &last.seq, last.hash, error_r))
		return false;
	mark_r->seq = last.seq;
	memcpy(mark_r->hash, last.hash, sizeof(last.hash));
	if (mark_r->id[0] != '\0')
		return true;
	if (RAND_bytes(octets, sizeof(octets)) != 1)
		return error_set(error_r, "no random numbers from OpenSSL");
	id = write_hex(octets, sizeof(octets));
	(void)g_strlcpy(mark_r->id, id, sizeof(mark_r->id));
	return store_position_put(store, POSITION_ID, id, error_r);
}

/* YES: the trail has the mark's row, or had it and let it go. NO: another one, or none; *last_r
 * is the last one that there is. */
static enum answer find_row(struct store *store, const struct store_mark *mark,
			    int64_t *last_r, struct kairan_error *error_r)
{
	struct audit_mark start;
	int64_t same;

	if (audit_mark_read(store, AUDIT_MARK_START, &start, error_r) == ANSWER_UNKNOWN ||
	    !sql_number(store, error_r, last_r, "SELECT coalesce(max(seq), 0) FROM audit",
			"") ||
	    !sql_number(store, error_r, &same,
			"SELECT count(*) FROM audit WHERE seq = ? AND hash = ?", "ib",
			mark->seq, mark->hash, sizeof(mark->hash)))
		return ANSWER_UNKNOWN;
	if (start.seq > *last_r)
		*last_r = start.seq;
	return same == 1 || mark->seq < start.seq ||
		       (mark->seq == start.seq &&
			memcmp(mark->hash, start.hash, sizeof(start.hash)) == 0)
		   ? ANSWER_YES
		   : ANSWER_NO;
}

enum answer store_mark_say_lacks(int64_t seq, struct kairan_error *error_r)
{
	(void)error_set(error_r,
			"store: it is older than it was: its audit trail has row %lld, "
			"and what was done after that is not there",
			(long long)seq);
	return ANSWER_NO;
}

enum answer store_mark_judge(struct store *store, const struct store_mark *mark,
			     struct kairan_error *error_r)
{
	char id[STORE_ID_OCTETS + 1];
	int64_t last, commits;
	enum answer row;

	if (!find_id(store, id, error_r) || !find_commits(store, &commits, error_r) ||
	    (row = find_row(store, mark, &last, error_r)) == ANSWER_UNKNOWN)
		return ANSWER_UNKNOWN;
	if (strcmp(id, mark->id) != 0)
		(void)error_set(error_r,
				"store: this is another store than the one whose audit "
				"trail had row %lld",
				(long long)mark->seq);
	else if (row == ANSWER_NO && last < mark->seq)
		(void)error_set(error_r,
				"store: it is older than it was, or was emptied: its "
				"audit trail ends with row %lld, and had row %lld",
				(long long)last, (long long)mark->seq);
	else if (row == ANSWER_NO)
		(void)error_set(error_r,
				"store: row %lld of its audit trail is another one than "
				"it was",
				(long long)mark->seq);
	else if (row == ANSWER_YES && commits < mark->commits)
		return store_mark_say_lacks(mark->seq, error_r);
	return strcmp(id, mark->id) == 0 ? row : ANSWER_NO;
}

enum answer store_mark_is_used(struct store *store, struct kairan_error *error_r)
{
	int64_t rows;

	if (!sql_number(store, error_r, &rows,
			"SELECT (SELECT count(*) FROM audit) + (SELECT count(*) FROM"
			" audit_mark) + (SELECT count(*) FROM draft) +"
			" (SELECT count(*) FROM subscriber)",
			""))
		return ANSWER_UNKNOWN;
	return rows > 0 ? ANSWER_YES : ANSWER_NO;
}

/* Only forward: a mark that has more than the store is for store_mark_judge(). */
static bool advance_file(int fd, const char *path, const struct keyring *seals,
			 const struct store_mark *now_is, struct kairan_error *error_r)
{
	struct store_mark mark;
	const enum answer there = read_file(fd, path, seals, &mark, error_r);

	if (there == ANSWER_UNKNOWN)
		return false;
	if (there == ANSWER_YES &&
	    (mark.seq > now_is->seq ||
	     (mark.seq == now_is->seq && mark.commits >= now_is->commits)))
		return true;
	memcpy(mark.id, now_is->id, sizeof(mark.id));
	mark.seq = now_is->seq;
	memcpy(mark.hash, now_is->hash, sizeof(mark.hash));
	mark.commits = now_is->commits;
	return write_file(fd, path, seals, &mark, error_r);
}

bool store_mark_raise(const char *path, const struct keyring *seals,
		      const struct store_mark *now_is, struct kairan_error *error_r)
{
	const int fd = open_file(path, error_r);
	const bool ok = fd >= 0 && advance_file(fd, path, seals, now_is, error_r);

	if (fd >= 0)
		close(fd);
	return ok;
}

bool store_mark_advance(struct store *store, const char *path,
			struct kairan_error *error_r)
{
	struct store_mark now_is;

	if (!store_begin(store, error_r) ||
	    !store_end(store, store_mark_take(store, &now_is, error_r), error_r))
		return false;
	return store_mark_raise(path, store_seals(store), &now_is, error_r);
}
