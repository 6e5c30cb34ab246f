/*
 * NAME
 *	publication_cap - files of the Common Alerting Protocol
 *
 * DESCRIPTION
 *	One file, IDENTIFIER.xml, for each event: Alert for a broadcast, Update for a correction,
 *	Cancel for a stop; the latter two refer to all that was told of it before. An info for
 *	each language: event is the broadcast's name, headline the subject, description the text,
 *	senderName the section. kairan knows whether a broadcast is urgent; what category,
 *	urgency, severity and certainty it has for that the settings cap_... say.
 *
 * DIAGNOSTICS
 *	All failures are returned.
 */
#include "config.h"

#include "milter/round/publication_cap.h"

#include <string.h>

#include "milter/mail/xml.h"
#include "milter/round/publication_file.h"
#include "policy/cap.h"

#define CAP "urn:oasis:names:tc:emergency:cap:1.2"

/* Neither blanks, commas, '<' nor '&' are in it (section 3.2.1). */
static char *make_identifier(const struct setup *setup, const struct told *told)
{
	char entry[PUBLICATION_ENTRY_OCTETS];

	told_write_entry(told->draft, entry);
	return g_strdup_printf("%s.%s.%s", setup->settings->service_domain, entry,
			       told->publication.event == PUBLICATION_STOP ? "cancel"
									   : "alert");
}

static char *make_name(const struct setup *setup, const struct told *told)
{
	g_autofree char *identifier = make_identifier(setup, told);

	return g_strconcat(identifier, ".xml", NULL);
}

/* "SENDER,IDENTIFIER,SENT", with blanks between them. */
static char *make_references(const struct setup *setup, const GPtrArray *earlier)
{
	GString *references = g_string_new(NULL);

	for (guint i = 0; i < earlier->len; i++) {
		const struct told *one = g_ptr_array_index(earlier, i);
		g_autofree char *identifier = make_identifier(setup, one);
		g_autofree char *sent = told_time(setup->settings, one->publication.at);

		g_string_append_printf(references, "%s%s,%s,%s", i > 0 ? " " : "",
				       one->draft->broadcast, identifier, sent);
	}
	return g_string_free(references, FALSE);
}

static const char *find_type(const struct told *told, const GPtrArray *earlier)
{
	/* What it corrects may have gone out before files were asked for. */
	if (earlier->len == 0)
		return "Alert";
	return told->publication.event == PUBLICATION_STOP ? "Cancel" : "Update";
}

static void put_info(struct xml *xml, const struct settings *settings,
		     const struct told *told, const struct told_text *text)
{
	const bool urgent = told->draft->urgent;
	const char *category = cap_find_category(settings->cap_categories, text->list);
	struct cap_level level = { "Unknown", "Unknown", "Unknown" };

	(void)cap_read_level(urgent ? settings->cap_urgent : settings->cap_ordinary,
			     &level);
	if (category == NULL)
		category = urgent ? "Safety" : "Other";
	xml_open(xml, "info");
	xml_put(xml, "language", text->language);
	xml_put(xml, "category", category);
	xml_put(xml, "event", text->broadcast);
	xml_put(xml, "urgency", level.urgency);
	xml_put(xml, "severity", level.severity);
	xml_put(xml, "certainty", level.certainty);
	xml_put(xml, "senderName", text->section);
	xml_put(xml, "headline", text->subject);
	xml_put(xml, "description", text->text);
	if (*settings->cap_area != '\0') {
		xml_open(xml, "area");
		xml_put(xml, "areaDesc", settings->cap_area);
		xml_close(xml);
	}
	xml_close(xml);
}

static char *make_document(const struct setup *setup, const struct told *told,
			   const GPtrArray *earlier)
{
	g_autofree char *identifier = make_identifier(setup, told);
	g_autofree char *sent = told_time(setup->settings, told->publication.at);
	g_autofree char *references = make_references(setup, earlier);
	g_autoptr(GPtrArray) texts = told_list_texts(setup, told);
	struct xml *xml = xml_new("alert", CAP);

	if (xml == NULL)
		return NULL;
	xml_put(xml, "identifier", identifier);
	xml_put(xml, "sender", told->draft->broadcast);
	xml_put(xml, "sent", sent);
	xml_put(xml, "status", "Actual");
	xml_put(xml, "msgType", find_type(told, earlier));
	xml_put(xml, "scope", "Public");
	if (*references != '\0')
		xml_put(xml, "references", references);
	for (guint i = 0; i < texts->len; i++)
		put_info(xml, setup->settings, told, g_ptr_array_index(texts, i));
	return xml_end(xml);
}

bool publication_cap_write(const struct setup *setup, const struct told *told,
			   const GPtrArray *earlier, struct kairan_error *error_r)
{
	g_autofree char *name = make_name(setup, told);
	g_autofree char *document = make_document(setup, told, earlier);

	if (document == NULL)
		return error_set(error_r, "%s: out of memory", name);
	return publication_file_write(setup->settings->cap_folder, name, document,
				      error_r);
}

bool publication_cap_remove(const struct setup *setup, const struct told *told,
			    struct kairan_error *error_r)
{
	g_autofree char *name = make_name(setup, told);

	return publication_file_remove(setup->settings->cap_folder, name, error_r);
}
