/*
 * What a notice's template is filled with: names and values, written as the reader reads.
 */
#ifndef KAIRAN_MILTER_COURIER_NOTICE_FACTS_H
#define KAIRAN_MILTER_COURIER_NOTICE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "milter/core/kairan.h"

struct notice_facts {
	GHashTable *table; /* name -> value; names are borrowed and outlive it */
	const struct setup *setup;
	const char *language; /* the reader's */
	bool is_japanese;
};

/* Of no facts yet. Setup and language are borrowed. Free with notice_facts_clear(). */
struct notice_facts notice_facts_make(const struct setup *setup, const char *language);
void notice_facts_clear(struct notice_facts *facts);

/* The value of a name that was put; NULL without one. */
const char *notice_facts_get(const struct notice_facts *facts, const char *name);

/* Each replaces what the name had. A value of NULL is "". */
void notice_facts_put(struct notice_facts *facts, const char *name, const char *value);
void notice_facts_put_number(struct notice_facts *facts, const char *name,
			     int64_t number);
/* The town's time; 0 is "". */
void notice_facts_put_time(struct notice_facts *facts, const char *name, int64_t when);
/* From one time to a later one, as h:mm:ss; "" when either is not known. */
void notice_facts_put_duration(struct notice_facts *facts, const char *name, int64_t from,
			       int64_t to);
/* The phrase "group.word". */
void notice_facts_put_phrase(struct notice_facts *facts, const char *name,
			     const char *group, const char *word);

#endif
