/*
 * NAME
 *	program - run another program
 *
 * DESCRIPTION
 *	posix_spawnp(3) with an argument vector. Input and output are files without a name, so
 *	that neither side waits for the other.
 *
 * DIAGNOSTICS
 *	Status 127, and the reason where the program's complaints would be.
 */
#include "config.h"

#include "ctl/setup/program.h"

#include <errno.h>
#include <glib.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

bool program_exists(const char *name)
{
	g_autofree char *path = g_find_program_in_path(name);

	return path != NULL;
}

static char *read_all(FILE *file)
{
	GString *text = g_string_new(NULL);
	char block[4096];
	size_t count;

	rewind(file);
	while ((count = fread(block, 1, sizeof(block), file)) > 0)
		g_string_append_len(text, block, (gssize)count);
	return g_string_free(text, FALSE);
}

static int spawn_and_wait(const char *const *words, FILE *const files[3])
{
	posix_spawn_file_actions_t actions;
	int failure, status = 0;
	pid_t pid;

	(void)posix_spawn_file_actions_init(&actions);
	for (int i = 0; i < 3; i++)
		(void)posix_spawn_file_actions_adddup2(&actions, fileno(files[i]), i);
	/* It does not write to its words; the interface is older than const. */
	failure =
	    posix_spawnp(&pid, words[0], &actions, NULL, (char *const *)words, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	if (failure != 0) {
		fprintf(files[2], "%s: %s\n", words[0], strerror(failure));
		return 127;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void program_run(const char *const *words, const char *input,
		 struct program_result *result_r)
{
	FILE *files[3] = { tmpfile(), tmpfile(), tmpfile() };

	*result_r = (struct program_result){ .status = 127 };
	if (files[0] == NULL || files[1] == NULL || files[2] == NULL) {
		result_r->err = g_strdup_printf("tmpfile: %s\n", strerror(errno));
	} else {
		if (input != NULL)
			(void)fputs(input, files[0]);
		(void)fflush(files[0]);
		rewind(files[0]);
		(void)fflush(stdout);
		result_r->status = spawn_and_wait(words, files);
		result_r->out = read_all(files[1]);
		result_r->err = read_all(files[2]);
	}
	for (int i = 0; i < 3; i++)
		if (files[i] != NULL)
			(void)fclose(files[i]);
}

void program_clear(struct program_result *result)
{
	g_free(result->out);
	g_free(result->err);
	*result = (struct program_result){ 0 };
}

char *program_read(const char *const *words)
{
	struct program_result result;
	char *out = NULL;

	program_run(words, NULL, &result);
	if (result.status == 0)
		out = g_strdup(g_strchomp(result.out));
	program_clear(&result);
	return out;
}

bool program_must(const char *const *words, const char *input,
		  struct kairan_error *error_r)
{
	struct program_result result;
	bool good;

	program_run(words, input, &result);
	good = result.status == 0;
	if (!good)
		error_set(error_r, "%s: %s", words[0],
			  g_strstrip(*result.err != '\0' ? result.err : result.out));
	program_clear(&result);
	return good;
}
