/*
 * NAME
 *	xml - writing XML
 *
 * DESCRIPTION
 *	libxml2's writer, into memory. A name in the directory may have any octets, so all texts are
 *	made fit for XML 1.0 (production Char) first.
 *
 * DIAGNOSTICS
 *	Only that there is no memory, at the beginning and at the end.
 */
#include "config.h"

#include "milter/mail/xml.h"

#include <glib.h>
#include <libxml/chvalid.h>
#include <libxml/xmlwriter.h>
#include <stdbool.h>

struct xml {
	xmlBufferPtr buffer;
	xmlTextWriterPtr writer;
};

struct xml *xml_new(const char *element, const char *name_space)
{
	struct xml *xml = g_new0(struct xml, 1);

	xml->buffer = xmlBufferCreate();
	if (xml->buffer != NULL)
		xml->writer = xmlNewTextWriterMemory(xml->buffer, 0);
	if (xml->writer == NULL) {
		if (xml->buffer != NULL)
			xmlBufferFree(xml->buffer);
		g_free(xml);
		return NULL;
	}
	(void)xmlTextWriterSetIndent(xml->writer, 1);
	(void)xmlTextWriterStartDocument(xml->writer, NULL, "UTF-8", NULL);
	(void)xmlTextWriterStartElementNS(xml->writer, NULL, BAD_CAST element,
					  BAD_CAST name_space);
	return xml;
}

char *xml_end(struct xml *xml)
{
	const bool ok = xmlTextWriterEndDocument(xml->writer) >= 0;
	char *octets = NULL;

	/* What it has left goes into the buffer by this. */
	xmlFreeTextWriter(xml->writer);
	if (ok)
		octets = g_strdup((const char *)xmlBufferContent(xml->buffer));
	xmlBufferFree(xml->buffer);
	g_free(xml);
	return octets;
}

void xml_open(struct xml *xml, const char *element)
{
	(void)xmlTextWriterStartElement(xml->writer, BAD_CAST element);
}

void xml_close(struct xml *xml)
{
	(void)xmlTextWriterEndElement(xml->writer);
}

static char *make_fit(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *fit = g_string_new(NULL);

	for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
		const gunichar c = g_utf8_get_char(at);

		g_string_append_unichar(fit, xmlIsCharQ(c) ? c : 0xFFFD);
	}
	return g_string_free(fit, FALSE);
}

void xml_put_attribute(struct xml *xml, const char *name, const char *text)
{
	g_autofree char *fit = make_fit(text);

	(void)xmlTextWriterWriteAttribute(xml->writer, BAD_CAST name, BAD_CAST fit);
}

void xml_put_text(struct xml *xml, const char *text)
{
	g_autofree char *fit = make_fit(text);

	(void)xmlTextWriterWriteString(xml->writer, BAD_CAST fit);
}

void xml_put(struct xml *xml, const char *element, const char *text)
{
	g_autofree char *fit = make_fit(text);

	(void)xmlTextWriterWriteElement(xml->writer, BAD_CAST element, BAD_CAST fit);
}
