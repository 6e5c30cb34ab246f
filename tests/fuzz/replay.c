/*
 * NAME
 *	replay - runs a fuzzer over files
 *
 * DESCRIPTION
 *	The arguments are files. Each is an input as it is, cut off before every octet of
 *	it, and once more without that octet: what a mail loses on its way must not change
 *	what may be relied on.
 *
 * DIAGNOSTICS
 *	Names each file on stdout before it is read, so that the last name is the one that
 *	the fuzzer ended at. Fails when a file cannot be read, or there is none.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define REPLAY_MAX 65536

/* A copy of its own: what is read beyond it is seen. */
static void run(const uint8_t *octets, size_t length)
{
	uint8_t *copy = malloc(length > 0 ? length : 1);

	require(copy != NULL);
	memcpy(copy, octets, length);
	(void)LLVMFuzzerTestOneInput(copy, length);
	free(copy);
}

static void run_damaged(uint8_t *octets, size_t length)
{
	/* From the end: behind its place, the octet is missing. */
	for (size_t place = length; place-- > 0;) {
		const uint8_t octet = octets[place];

		run(octets, place);
		memmove(octets + place, octets + place + 1, length - place - 1);
		run(octets, length - 1);
		memmove(octets + place + 1, octets + place, length - place - 1);
		octets[place] = octet;
	}
}

static bool replay(const char *path)
{
	static uint8_t octets[REPLAY_MAX];
	FILE *file = fopen(path, "rb");
	size_t length;

	(void)printf("%s\n", path);
	(void)fflush(stdout);
	if (file == NULL) {
		perror(path);
		return false;
	}
	length = fread(octets, 1, sizeof(octets), file);
	if (ferror(file) || fclose(file) != 0 || length == sizeof(octets)) {
		(void)fprintf(stderr, "%s: cannot be read, or is too long\n", path);
		return false;
	}
	run(octets, length);
	run_damaged(octets, length);
	return true;
}

int main(int argc, char **argv)
{
	bool ok = argc > 1;

	for (int i = 1; i < argc; i++)
		ok = replay(argv[i]) && ok;
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
