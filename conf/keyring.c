/*
 * NAME
 *	keyring - the token keys
 *
 * DESCRIPTION
 *	Reads and makes the key file. Secrets are wiped from memory when they are dropped.
 *
 * DIAGNOSTICS
 *	All failures are returned with the file's name and line.
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

static bool read_lines(struct keyring *keyring, FILE *file, const char *path,
		       struct kairan_error *error_r)
{
	struct kairan_error error;
	char line[4096];
	bool ok = true;

	for (int number = 1; ok && fgets(line, sizeof(line), file) != NULL; number++) {
		ok = add_line(keyring, line, &error);
		if (!ok)
			(void)error_set(error_r, "key_file %s:%d: %s", path, number,
					error.text);
	}
	OPENSSL_cleanse(line, sizeof(line));
	if (ok && keyring->count == 0)
		return error_set(error_r, "key_file %s: has no key", path);
	return ok;
}

bool keyring_load(const char *path, struct keyring **keyring_r,
		  struct kairan_error *error_r)
{
	struct keyring *keyring;
	struct stat status;
	FILE *file = fopen(path, "re");
	bool ok;

	if (file == NULL)
		return error_set(
		    error_r,
		    "key_file: cannot open %s: %s (`kairanctl keys make` makes it)", path,
		    strerror(errno));
	if (fstat(fileno(file), &status) != 0 || (status.st_mode & S_IRWXO) != 0) {
		fclose(file);
		return error_set(error_r, "key_file %s: others may read it; chmod o-rwx",
				 path);
	}
	keyring = g_new0(struct keyring, 1);
	ok = read_lines(keyring, file, path, error_r);
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

const struct token_key *keyring_find(const struct keyring *keyring, unsigned int id)
{
	for (size_t i = 0; i < keyring->count; i++)
		if (keyring->keys[i].id == id)
			return &keyring->keys[i];
	return NULL;
}

bool keyring_make_file(const char *path, struct kairan_error *error_r)
{
	unsigned char secret[TOKEN_KEY_OCTETS];
	FILE *file = NULL;
	int fd;
	bool ok;

	if (RAND_priv_bytes(secret, sizeof(secret)) != 1)
		return error_set(error_r, "no random numbers from OpenSSL");
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || (file = fdopen(fd, "w")) == NULL) {
		if (fd >= 0)
			close(fd);
		return error_set(error_r, "key_file: cannot make %s: %s", path,
				 strerror(errno));
	}
	fputs("# Token keys of kairan: ID and secret. The last one signs.\n1 ", file);
	for (size_t i = 0; i < sizeof(secret); i++)
		fprintf(file, "%02x", secret[i]);
	fputc('\n', file);
	OPENSSL_cleanse(secret, sizeof(secret));
	ok = fflush(file) == 0 && fsync(fd) == 0;
	if (fclose(file) != 0 || !ok)
		return error_set(error_r, "key_file: cannot write %s: %s", path,
				 strerror(errno));
	return true;
}
