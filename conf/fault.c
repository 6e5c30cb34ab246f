/*
 * NAME
 *	fault - places where a test may stop a program in its tracks
 *
 * DESCRIPTION
 *	Each point that is passed adds "PROGRAM NAME" to the file "passed" in the faults folder.
 *	Where the file "wanted" has "PROGRAM NAME N", the N-th pass since that file was written
 *	replaces it by the file "stopped" with the process id, and stops the whole process by
 *	SIGSTOP. The test, which sees that, kills what it wants to kill: this process, the MTA,
 *	or both.
 *
 * DIAGNOSTICS
 *	None: files that cannot be used are as if they were not there.
 */
#include "config.h"

#include "conf/fault.h"

#ifdef ENABLE_FAULTS

#include <fcntl.h>
#include <glib.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t fault_lock = PTHREAD_MUTEX_INITIALIZER;
static char *fault_folder;
static const char *fault_program;

void fault_open(const char *test_clock, const char *program)
{
	g_autofree char *parent = g_path_get_dirname(test_clock);
	char *folder = g_build_filename(parent, "faults", NULL);

	if (*test_clock != '\0' && g_file_test(folder, G_FILE_TEST_IS_DIR))
		fault_folder = folder;
	else
		g_free(folder);
	fault_program = program;
}

static void note_pass(const char *name)
{
	g_autofree char *path = g_build_filename(fault_folder, "passed", NULL);
	g_autofree char *line = g_strdup_printf("%s %s\n", fault_program, name);
	const int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);

	if (file < 0)
		return;
	if (write(file, line, strlen(line)) < 0)
		(void)unlink(path);
	(void)close(file);
}

/* Only where the file still is: a test that has given up has removed it. */
static void count_down(const char *path, const char *program, const char *wanted,
		       int passes)
{
	g_autofree char *line = g_strdup_printf("%s %s %d\n", program, wanted, passes);
	const int file = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (file < 0)
		return;
	if (write(file, line, strlen(line)) < 0)
		(void)unlink(path);
	(void)close(file);
}

/* Is this the pass that is waited for? It counts the file down. */
static bool is_wanted(const char *name)
{
	g_autofree char *path = g_build_filename(fault_folder, "wanted", NULL);
	g_autofree char *text = NULL;
	g_autofree char *stopped = g_build_filename(fault_folder, "stopped", NULL);
	g_autofree char *pid = g_strdup_printf("%d", (int)getpid());
	char program[32], wanted[128];
	int passes;

	if (!g_file_get_contents(path, &text, NULL, NULL) ||
	    sscanf(text, "%31s %127s %d", program, wanted, &passes) != 3 ||
	    strcmp(program, fault_program) != 0 || strcmp(wanted, name) != 0)
		return false;
	if (passes <= 1)
		return g_file_set_contents(stopped, pid, -1, NULL) && unlink(path) == 0;
	count_down(path, program, wanted, passes - 1);
	return false;
}

void fault_point(const char *name)
{
	if (fault_folder == NULL)
		return;
	pthread_mutex_lock(&fault_lock);
	note_pass(name);
	if (is_wanted(name))
		(void)kill(getpid(), SIGSTOP);
	pthread_mutex_unlock(&fault_lock);
}

#endif
