/*
 * NAME
 *	keyring - keys that sign tokens or seal the audit trail
 *
 * DESCRIPTION
 *	Reads, makes and rotates a key file. Secrets are wiped from memory when they are dropped.
 *
 * DIAGNOSTICS
 *	All failures are returned with the setting, the file's name and the line.
 */
#include "config.h"

#include "conf/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEYRING_MOST 16

struct keyring {
	struct token_key keys[KEYRING_MOST];
	size_t count;
};

static bool read_secret(const char *hex, unsigned char secret[TOKEN_KEY_OCTETS])
{
	if (strspn(hex, "0123456789abcdefABCDEF") != strlen(hex) ||
	    strlen(hex) != 2 * TOKEN_KEY_OCTETS)
		return false;
	for (size_t i = 0; i < TOKEN_KEY_OCTETS; i++)
		secret[i] = (unsigned char)(g_ascii_xdigit_value(hex[2 * i]) << 4 |
					    g_ascii_xdigit_value(hex[2 * i + 1]));
	return true;
}

static bool add_line(struct keyring *keyring, char *line, struct kairan_error *error_r)
{
	char hex[2 * TOKEN_KEY_OCTETS + 2] = "", more[2];
	unsigned int id = 0;
	struct token_key *key;
	bool ok;

	line[strcspn(line, "#\r\n")] = '\0';
	if (line[strspn(line, " \t")] == '\0')
		return true;
	if (keyring->count == KEYRING_MOST)
		return error_set(error_r, "more than %d keys", KEYRING_MOST);
	key = &keyring->keys[keyring->count];
	ok = sscanf(line, "%3u%*[ \t]%65s %1s", &id, hex, more) == 2 && id >= 1 &&
	     id <= 255 && read_secret(hex, key->secret);
	OPENSSL_cleanse(hex, sizeof(hex));
	if (!ok)
		return error_set(error_r, "wants an id (1 to 255) and %d hex digits",
				 2 * TOKEN_KEY_OCTETS);
	if (keyring_find(keyring, id) != NULL)
		return error_set(error_r, "the key id %u stands here twice", id);
	key->id = (uint8_t)id;
	keyring->count++;
	return true;
}

static bool read_lines(struct keyring *keyring, FILE *file, const char *setting,
		       const char *path, struct kairan_error *error_r)
{
	struct kairan_error error;
	char line[4096];
	bool ok = true;

	for (int number = 1; ok && fgets(line, sizeof(line), file) != NULL; number++) {
		ok = add_line(keyring, line, &error);
		if (!ok)
			(void)error_set(error_r, "%s %s:%d: %s", setting, path, number,
					error.text);
	}
	OPENSSL_cleanse(line, sizeof(line));
	if (ok && keyring->count == 0)
		return error_set(error_r, "%s %s: has no key", setting, path);
	return ok;
}

bool keyring_load(const char *setting, const char *path, struct keyring **keyring_r,
		  struct kairan_error *error_r)
{
	struct keyring *keyring;
	struct stat status;
	FILE *file = fopen(path, "re");
	bool ok;

	if (file == NULL)
		return error_set(
		    error_r, "%s: cannot open %s: %s (`kairanctl keys make` makes it)",
		    setting, path, strerror(errno));
	if (fstat(fileno(file), &status) != 0 || (status.st_mode & S_IRWXO) != 0) {
		fclose(file);
		return error_set(error_r, "%s %s: others may read it; chmod o-rwx",
				 setting, path);
	}
	keyring = g_new0(struct keyring, 1);
	ok = read_lines(keyring, file, setting, path, error_r);
	fclose(file);
	if (!ok) {
		keyring_free(keyring);
		return false;
	}
	*keyring_r = keyring;
	return true;
}

void keyring_free(struct keyring *keyring)
{
	if (keyring == NULL)
		return;
	OPENSSL_cleanse(keyring, sizeof(*keyring));
	g_free(keyring);
}

const struct token_key *keyring_current(const struct keyring *keyring)
{
	return &keyring->keys[keyring->count - 1];
}

const struct token_key *keyring_next(const struct keyring *keyring,
				     const struct token_key *key)
{
	const struct token_key *next = key != NULL ? key + 1 : keyring->keys;

	return next < keyring->keys + keyring->count ? next : NULL;
}

const struct token_key *keyring_find(const struct keyring *keyring, unsigned int id)
{
	for (size_t i = 0; i < keyring->count; i++)
		if (keyring->keys[i].id == id)
			return &keyring->keys[i];
	return NULL;
}

/* ---- making ---- */

static bool make_secret(unsigned char secret_r[TOKEN_KEY_OCTETS],
			struct kairan_error *error_r)
{
	if (RAND_priv_bytes(secret_r, TOKEN_KEY_OCTETS) == 1)
		return true;
	return error_set(error_r, "no random numbers from OpenSSL");
}

static void print_key(FILE *file, const struct token_key *key)
{
	fprintf(file, "%u ", key->id);
	for (size_t i = 0; i < TOKEN_KEY_OCTETS; i++)
		fprintf(file, "%02x", key->secret[i]);
	fputc('\n', file);
}

/* A new file with these keys, on the disk when it returns true. */
static bool write_keys(const char *path, const struct token_key *keys, size_t count,
		       struct kairan_error *error_r)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	bool ok;

	if (file == NULL) {
		(void)error_set(error_r, "cannot make %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	fputs("# Keys of kairan: ID and secret. The last one signs.\n", file);
	for (size_t i = 0; i < count; i++)
		print_key(file, &keys[i]);
	ok = fflush(file) == 0 && fsync(fd) == 0;
	if (fclose(file) != 0 || !ok)
		return error_set(error_r, "cannot write %s: %s", path, strerror(errno));
	return true;
}

bool keyring_make_file(const char *path, struct kairan_error *error_r)
{
	struct token_key key = { .id = 1 };
	bool ok = make_secret(key.secret, error_r) && write_keys(path, &key, 1, error_r);

	OPENSSL_cleanse(&key, sizeof(key));
	return ok;
}

/* An id that no key has. There are more ids than keys. */
static unsigned int find_free_id(const struct keyring *keyring)
{
	unsigned int id = keyring_current(keyring)->id;

	do {
		id = id % 255 + 1;
	} while (keyring_find(keyring, id) != NULL);
	return id;
}

/* Put the new file in the old one's place, with its owner. */
static bool replace_file(const char *path, const char *fresh,
			 struct kairan_error *error_r)
{
	g_autofree char *folder = g_path_get_dirname(path);
	struct stat status;
	int fd;

	if (stat(path, &status) != 0 ||
	    (geteuid() == 0 && chown(fresh, status.st_uid, status.st_gid) != 0) ||
	    chmod(fresh, status.st_mode & 0770) != 0 || rename(fresh, path) != 0)
		return error_set(error_r, "cannot replace %s: %s", path, strerror(errno));
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	return true;
}

bool keyring_rotate_file(const char *path, unsigned int *id_r,
			 struct kairan_error *error_r)
{
	g_autofree char *fresh = g_strconcat(path, ".new", NULL);
	struct keyring *keyring = NULL;
	struct token_key key = { 0 };
	bool ok = false;

	if (!keyring_load("keys", path, &keyring, error_r) ||
	    !make_secret(key.secret, error_r))
		goto out;
	key.id = (uint8_t)find_free_id(keyring);
	if (keyring->count == KEYRING_MOST) {
		keyring->count--;
		memmove(keyring->keys, keyring->keys + 1,
			keyring->count * sizeof(keyring->keys[0]));
	}
	keyring->keys[keyring->count++] = key;
	/* One that an interrupted rotation left. */
	(void)unlink(fresh);
	ok = write_keys(fresh, keyring->keys, keyring->count, error_r) &&
	     replace_file(path, fresh, error_r);
	if (!ok)
		(void)unlink(fresh);
	*id_r = key.id;
out:
	OPENSSL_cleanse(&key, sizeof(key));
	keyring_free(keyring);
	return ok;
}
