/*
 * What the fuzzers share. A fuzzer is a LLVMFuzzerTestOneInput() that requires what must
 * hold for every input. tests/fuzz/replay.c is a main() for it, and libFuzzer another
 * (--enable-fuzzing, tests/fuzz/run.sh).
 */
#ifndef KAIRAN_TESTS_FUZZ_H
#define KAIRAN_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

/* Abort, and say what did not hold. */
#define require(holds) fuzz_require((holds), __FILE__, __LINE__, #holds)
void fuzz_require(bool holds, const char *file, int line, const char *what);

/* The input as a string, which ends at its first NUL; to free(). */
char *fuzz_string(const uint8_t *octets, size_t length);

/* The text with a backslash before each of these characters, and before backslashes; to
 * free(). */
char *fuzz_escape(const char *text, const char *special);

/* The next line of an input that is a list of steps or values, in which "\\XX" is any octet; with a
 * NUL behind it, and to free(). NULL: there is no more. */
char *fuzz_next_line(const uint8_t **octets, size_t *length, size_t *length_r);

/* All parts up to NULL, one behind the other; to free(). */
char *fuzz_join(const char *first, ...) __attribute__((sentinel));

/* The input as a file that has no name elsewhere. */
struct fuzz_file {
	int fd;
	char path[64];
};

void fuzz_file_make(const void *octets, size_t length, struct fuzz_file *file_r);
void fuzz_file_close(struct fuzz_file *file);

/* An empty folder, which is removed with all that is in it at the end of the program. Once a
 * program; not to be freed. */
char *fuzz_folder(void);

#endif
