/*
 * Intakes for tests of the session: they do what an address says, and write down what they are
 * asked. A program that has them has none of milter/intake's.
 *
 * How an address behaves is its local part's beginning: "stranger" is refused at RCPT and "away"
 * put off there; "long" is refused at the end and "full" put off there.
 *
 * Mails come from FAKE_SENDER, who has logged in as FAKE_LOGIN.
 */
#ifndef KAIRAN_TESTS_FAKE_INTAKES_H
#define KAIRAN_TESTS_FAKE_INTAKES_H

#include <glib.h>

#include "milter/session.h"

#define FAKE_DOMAIN "info.town.example"
#define FAKE_SENDER "<staff@town.example>"
#define FAKE_LOGIN  "staff"
#define FAKE_MAIL   "A: b\r\n\r\ntext\r\n"
/* The broadcasts many0, many1 ... beside those that the names above are for. */
#define FAKE_MANY 41

/* Begins a word of what no intake may meet. */
#define FAKE_WRONG "WRONG:"

/* What was asked, in order, blank-separated: "draft?bosai" at RCPT and "draft!bosai" at the end,
 * followed by "too-large", or by "N-octets" where the mail is not FAKE_MAIL. Tests add the
 * answers. */
extern GString *fake_trace;
/* Of the mail that an intake had last. */
extern GString *fake_octets;
extern char *fake_queue_id;

void fake_begin(void);
void fake_end(void);

/* Add a word to the trace. */
void fake_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "go", "pass", "drop", or the reply; and FAKE_WRONG for one that nobody could send. */
void fake_note_answer(const struct session_answer *answer);

/* The path as the trace names it: without brackets, and without our domain; free with g_free(). */
char *fake_name_path(const char *path);

/* All that there are, NULL-terminated; free with broadcasts_free(). */
struct broadcast **fake_list_broadcasts(void);

#endif
