/*
 * What the people of the sections are to be told of suspensions (Art. 7). A row is written in the
 * transaction that it tells of, and let go in that which adds the notices.
 */
#ifndef KAIRAN_SCHEMA_STORE_SUSPENSION_NEWS_H
#define KAIRAN_SCHEMA_STORE_SUSPENSION_NEWS_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/store.h"

#define SUSPENSION_PLANNED   "planned"
#define SUSPENSION_BEGUN     "begun"
#define SUSPENSION_ENDED     "ended"
#define SUSPENSION_CANCELLED "cancelled" /* before it began */

/* Strings are borrowed by who adds one, and owned by one that was found
 * (store_suspension_news_clear()). */
struct suspension_news {
	int64_t id;
	char *event;
	char *broadcast; /* "": all of them */
	int64_t since;
	int64_t until; /* 0: until it is resumed */
	char *reason;
};

bool store_suspension_news_add(struct store *store, const struct suspension_news *news,
			       struct kairan_error *error_r);

/* The first of them. */
enum answer store_suspension_news_find(struct store *store,
				       struct suspension_news *news_r,
				       struct kairan_error *error_r);
void store_suspension_news_clear(struct suspension_news *news);

/* It was told. */
bool store_suspension_news_remove(struct store *store, int64_t id,
				  struct kairan_error *error_r);

#endif
