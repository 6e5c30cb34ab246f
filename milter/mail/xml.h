/*
 * Writing XML.
 */
#ifndef KAIRAN_MILTER_MAIL_XML_H
#define KAIRAN_MILTER_MAIL_XML_H

struct xml;

/* A new document in UTF-8, indented, whose outermost element is begun. NULL: there is no memory. */
struct xml *xml_new(const char *element, const char *name_space);

/* Its octets, with all elements ended, to be freed with g_free(); NULL: there is no memory. The
 * document is used up. */
char *xml_end(struct xml *xml);

/* Begin an element, and end the innermost. */
void xml_open(struct xml *xml, const char *element);
void xml_close(struct xml *xml);

/* Of the element that was begun: an attribute, its text, an element with a text in it. What XML has
 * no place for (control characters) becomes U+FFFD. */
void xml_put_attribute(struct xml *xml, const char *name, const char *text);
void xml_put_text(struct xml *xml, const char *text);
void xml_put(struct xml *xml, const char *element, const char *text);

#endif
