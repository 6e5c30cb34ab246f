/*
 * NAME
 *	writer_facts - what is known before a reply is read
 *
 * DESCRIPTION
 *	A name is given as the directory has it and in its parts: people sign with their
 *	surname. A telephone number with the country's code is given as it is dialled there as
 *	well, and an address of several lines line by line.
 *
 *	The names of section and broadcast are those that the request showed, which the draft
 *	keeps.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/intake/writer_facts.h"

#include <glib.h>
#include <string.h>

#include "conf/log.h"
#include "policy/text.h"
#include "schema/store_signature.h"

/* Numbers in Japan, as RFC 4517 3.3.31 writes them for the whole world. */
#define FACTS_COUNTRY_CODE "+81"

static void add(GPtrArray *all, const char *text)
{
	g_autofree char *fact = g_strstrip(g_strdup(text));

	if (*fact != '\0' &&
	    !g_ptr_array_find_with_equal_func(all, fact, g_str_equal, NULL))
		g_ptr_array_add(all, g_steal_pointer(&fact));
}

static void add_all(GPtrArray *all, char *const *texts)
{
	for (; texts != NULL && *texts != NULL; texts++)
		add(all, *texts);
}

/* A name, and the parts that it has between blanks. An initial is no name. */
static void add_name(GPtrArray *all, const char *name)
{
	g_autofree char *spaced = g_strdup(name);
	char **parts;

	/* U+3000, as Japanese names are written. */
	for (char *at = spaced; (at = strstr(at, "\u3000")) != NULL;)
		memset(at, ' ', strlen("\u3000"));
	parts = g_strsplit(spaced, " ", -1);
	add(all, name);
	for (size_t i = 0; parts[i] != NULL; i++)
		if (strlen(parts[i]) > 2)
			add(all, parts[i]);
	g_strfreev(parts);
}

static void add_names(GPtrArray *all, const struct person *person)
{
	add_name(all, person->name);
	for (char *const *name = person->names; name != NULL && *name != NULL; name++)
		add_name(all, *name);
	add(all, person->uid);
	add_all(all, person->mails);
}

/* "+81 3-1234-5678" is dialled 03-1234-5678. */
static void add_contact(GPtrArray *all, const char *contact)
{
	/* The lines of a postal address (RFC 4517 3.3.28). */
	char **lines = g_strsplit(contact, "$", -1);

	add_all(all, lines);
	g_strfreev(lines);
	if (text_begins_with(contact, FACTS_COUNTRY_CODE)) {
		const char *number = contact + strlen(FACTS_COUNTRY_CODE);
		g_autofree char *national = NULL;

		while (*number == ' ' || *number == '-')
			number++;
		national = g_strconcat("0", number, NULL);
		add(all, national);
	}
}

static void add_sections(GPtrArray *all, const struct setup *setup,
			 const struct draft *draft, const struct person *person)
{
	add(all, draft->section_ja);
	add(all, draft->section_en);
	add(all, draft->broadcast_ja);
	add(all, draft->broadcast_en);
	add(all, setup->settings->notice_name_ja);
	add(all, setup->settings->notice_name_en);
	/* One that is a DN is nothing that people write. */
	for (char *const *section = person->sections; *section != NULL; section++)
		if (strchr(*section, '=') == NULL)
			add(all, *section);
	for (char *const *one = person->contacts; one != NULL && *one != NULL; one++)
		add_contact(all, *one);
}

static void add_addresses(GPtrArray *all, const struct setup *setup,
			  const struct draft *draft)
{
	const struct settings *settings = setup->settings;
	g_autofree char *notices =
	    g_strdup_printf("%s@%s", settings->notice_sender, settings->service_domain);

	add(all, settings->service_domain);
	add(all, notices);
	add(all, draft->broadcast);
}

/* The array as a vector that ends with NULL. */
static const char *const *end_vector(GPtrArray *all)
{
	g_ptr_array_add(all, NULL);
	return (const char *const *)all->pdata;
}

void writer_facts_collect(const struct setup *setup, const struct draft *draft,
			  const struct person *person, struct writer_facts *facts_r)
{
	*facts_r = (struct writer_facts){
		.names = g_ptr_array_new_with_free_func(g_free),
		.sections = g_ptr_array_new_with_free_func(g_free),
		.addresses = g_ptr_array_new_with_free_func(g_free),
	};
	add_names(facts_r->names, person);
	add_sections(facts_r->sections, setup, draft, person);
	add_addresses(facts_r->addresses, setup, draft);
	facts_r->facts = (struct reply_facts){
		.names = end_vector(facts_r->names),
		.sections = end_vector(facts_r->sections),
		.addresses = end_vector(facts_r->addresses),
		.banners = setup->banners,
		.footers = setup->footers,
	};
}

bool writer_facts_add_signatures(struct store *store, const struct person *person,
				 struct writer_facts *facts, struct kairan_error *error_r)
{
	const struct signature_owner owner = { person->uid, person->id };
	bool ok;

	if (!store_begin(store, error_r))
		return false;
	ok = store_signature_list_hashes(store, &owner, &facts->signatures, error_r);
	store_rollback(store);
	facts->facts.signatures = (const char *const *)facts->signatures;
	return ok;
}

bool writer_facts_collect_new(const struct intake_context *context,
			      const struct recipient *recipient,
			      struct writer_facts *facts_r, struct verdict *verdict_r)
{
	const struct section *section = recipient->standing.section;
	const struct broadcast *broadcast = recipient->broadcast;
	const struct draft draft = {
		.broadcast = broadcast->mail,
		.broadcast_ja = broadcast->name_ja,
		.broadcast_en = broadcast->name_en,
		.section_ja = section->name_ja,
		.section_en = section->name_en,
	};
	struct kairan_error error;

	writer_facts_collect(context->setup, &draft, recipient->person, facts_r);
	if (writer_facts_add_signatures(kairan_get_store(context->kairan),
					recipient->person, facts_r, &error))
		return true;
	log_event(LOG_LEVEL_ERROR, context->envelope->queue_id, 0, "%s", error.text);
	verdict_set(verdict_r, REASON_STORE, NULL);
	return false;
}

void writer_facts_clear(struct writer_facts *facts)
{
	if (facts->names == NULL)
		return;
	g_ptr_array_unref(facts->names);
	g_ptr_array_unref(facts->sections);
	g_ptr_array_unref(facts->addresses);
	g_strfreev(facts->signatures);
	*facts = (struct writer_facts){ 0 };
}
