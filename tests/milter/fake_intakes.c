/*
 * NAME
 *	fake_intakes - intakes that write down what they are asked
 *
 * DESCRIPTION
 *	See fake_intakes.h. Nothing here knows how a test complains: what must not be stands in
 *	the trace as a word that no test expects.
 */
#include "config.h"

#include "tests/milter/fake_intakes.h"

#include <string.h>

GString *fake_trace;
GString *fake_octets;
char *fake_queue_id;

void fake_begin(void)
{
	fake_trace = g_string_new(NULL);
	fake_octets = g_string_new(NULL);
}

void fake_end(void)
{
	(void)g_string_free(fake_trace, TRUE);
	(void)g_string_free(fake_octets, TRUE);
	g_clear_pointer(&fake_queue_id, g_free);
}

void fake_note(const char *format, ...)
{
	va_list args;

	if (fake_trace->len > 0)
		g_string_append_c(fake_trace, ' ');
	va_start(args, format);
	g_string_append_vprintf(fake_trace, format, args);
	va_end(args);
}

static void check(bool holds, const char *what)
{
	if (!holds)
		fake_note(FAKE_WRONG "%s", what);
}

void fake_note_answer(const struct session_answer *answer)
{
	static const char *const words[] = { [SESSION_CONTINUE] = "go",
					     [SESSION_ACCEPT] = "pass",
					     [SESSION_DISCARD] = "drop" };

	if (answer->action != SESSION_REPLY) {
		fake_note("%s", words[answer->action]);
		return;
	}
	fake_note("%s", answer->reply);
	check(answer->reply[0] == answer->status[0] && answer->status[1] == '.' &&
		  (answer->reply[0] == '4' || answer->reply[0] == '5') &&
		  answer->text[0] != '\0',
	      "reply");
}

char *fake_name_path(const char *path)
{
	const size_t length = strlen(path);
	char *name = length < 2 ? g_strdup(path) : g_strndup(path + 1, length - 2);
	char *at_sign = strchr(name, '@');

	if (at_sign != NULL && strcmp(at_sign + 1, FAKE_DOMAIN) == 0)
		*at_sign = '\0';
	return name;
}

static void answer_by_name(const char *name, const char *refused, const char *deferred,
			   struct verdict *verdict_r)
{
	if (g_str_has_prefix(name, refused))
		verdict_set(verdict_r, REASON_NOT_STAFF, NULL);
	else if (g_str_has_prefix(name, deferred))
		verdict_set(verdict_r, REASON_DIRECTORY, NULL);
	/* Else nothing: what a verdict is from the start is a pass. */
}

static void judge(const char *intake, const struct intake_context *context,
		  const struct recipient *recipient, struct verdict *verdict_r)
{
	g_autofree char *name = fake_name_path(recipient->path);

	check(context->mta == NULL, "mta");
	check(context->setup != NULL, "setup");
	check(strcmp(context->envelope->sender, FAKE_SENDER) == 0, "sender");
	check(strcmp(context->envelope->login, FAKE_LOGIN) == 0, "login");
	fake_note("%s?%.12s", intake, name);
	answer_by_name(name, "stranger", "away", verdict_r);
}

static void take(const char *intake, const struct intake_context *context,
		 const struct recipient *recipient, struct verdict *verdict_r)
{
	const struct envelope *envelope = context->envelope;
	g_autofree char *name = fake_name_path(recipient->path);

	check(context->mta != NULL, "no-mta");
	check(verdict_r->kind == VERDICT_PASS, "verdict");
	fake_note("%s!%.12s", intake, name);
	if (envelope->too_large)
		fake_note("too-large");
	else if (strcmp(envelope->octets->str, FAKE_MAIL) != 0)
		fake_note("%zu-octets", envelope->octets->len);
	g_string_truncate(fake_octets, 0);
	g_string_append_len(fake_octets, envelope->octets->str,
			    (gssize)envelope->octets->len);
	g_free(fake_queue_id);
	fake_queue_id = g_strdup(envelope->queue_id);
	answer_by_name(name, "long", "full", verdict_r);
}

#define INTAKE(which)                                                                    \
	static void judge_##which(const struct intake_context *context,                  \
				  struct recipient *recipient,                           \
				  struct verdict *verdict_r)                             \
	{                                                                                \
		judge(#which, context, recipient, verdict_r);                            \
	}                                                                                \
	static void take_##which(const struct intake_context *context,                   \
				 struct recipient *recipient, struct verdict *verdict_r) \
	{                                                                                \
		take(#which, context, recipient, verdict_r);                             \
	}                                                                                \
	const struct intake intake_##which = { judge_##which, take_##which }

INTAKE(draft);
INTAKE(preview);
INTAKE(decision);
INTAKE(withdraw);
INTAKE(correct);
INTAKE(instruction);
INTAKE(notice_reply);
INTAKE(incident);
INTAKE(desk);
INTAKE(role);
INTAKE(resident);
INTAKE(confirm);
INTAKE(probe);
INTAKE(leave_signed);
INTAKE(release);

struct broadcast **fake_list_broadcasts(void)
{
	static const char *const names[] = { "bosai", "kosodate", "stranger",
					     "away",  "long",     "long2",
					     "full",  "stuck",    "correct" };
	static char *nothing[] = { NULL };
	struct broadcast **rows =
	    g_new0(struct broadcast *, G_N_ELEMENTS(names) + FAKE_MANY + 1);

	for (size_t i = 0; i < G_N_ELEMENTS(names) + FAKE_MANY; i++) {
		rows[i] = g_new0(struct broadcast, 1);
		rows[i]->mail = i < G_N_ELEMENTS(names)
				    ? g_strdup_printf("%s@" FAKE_DOMAIN, names[i])
				    : g_strdup_printf("many%zu@" FAKE_DOMAIN,
						      i - G_N_ELEMENTS(names));
		rows[i]->name_ja = g_strdup("");
		rows[i]->name_en = g_strdup("");
		rows[i]->list = g_strdup("");
		rows[i]->quiet_hours = g_strdup("");
		rows[i]->footer = g_strdup("");
		rows[i]->reply_to = g_strdup("");
		rows[i]->drill = g_strdup("");
		rows[i]->sections = g_strdupv(nothing);
		rows[i]->twins = g_strdupv(nothing);
	}
	return rows;
}
