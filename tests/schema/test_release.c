/*
 * NAME
 *	test_release - shards and their recipients
 *
 * DESCRIPTION
 *	Each active subscriber is in one shard once, whatever the sizes; a shard's state
 *	goes forward only; and only a draft that is being released has shards that are due.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/sql.h"
#include "schema/store_clock.h"
#include "schema/store_leaver.h"
#include "schema/store_release.h"
#include "schema/store_subscriber.h"
#include "tests/schema/store_fixture.h"
#include "tests/schema/subscribe.h"

static void add(const char *list, const char *text)
{
	assert_int_equal(subscribe(list, text, 1), ANSWER_YES);
}

static void add_many(const char *list, int64_t count)
{
	for (int64_t i = 0; i < count; i++) {
		char text[64];

		(void)snprintf(text, sizeof(text), "s%04lld@d%lld.example", (long long)i,
			       (long long)(i % 3));
		add(list, text);
	}
}

/* One of so many texts, into shards of two. */
static int64_t cut_text(int64_t draft, struct audience audience, int64_t text,
			int64_t texts)
{
	int64_t recipients = -1;
	const struct shard_cut wanted = { .draft = draft,
					  .audience = audience,
					  .shard_size = 2,
					  .now = 100,
					  .texts = texts,
					  .text = text };

	if (!store_release_cut(at.store, &wanted, &recipients, &at.error))
		fail_msg("%s", at.error.text);
	return recipients;
}

static int64_t cut(int64_t draft, const char *list, int64_t shard_size)
{
	int64_t recipients = -1;
	const struct shard_cut wanted = { .draft = draft,
					  .audience = { list, 0, "" },
					  .shard_size = shard_size,
					  .now = 100,
					  .texts = 1 };

	if (!store_release_cut(at.store, &wanted, &recipients, &at.error))
		fail_msg("%s", at.error.text);
	return recipients;
}

/* A draft that is being released, cut into shards of two from that many subscribers. */
static struct draft *make_release(unsigned char key_octet, const char *list,
				  int64_t count)
{
	struct draft *draft = insert_draft(&at, key_octet);

	add_many(list, count);
	enter_state(&at, draft, DRAFT_APPROVED, 50);
	enter_state(&at, draft, DRAFT_RELEASING, 0);
	assert_int_equal(cut(draft->id, list, 2), count);
	return draft;
}

/* The whole of a shard's recipients. */
static void visit_all(const struct shard *shard,
		      void (*visit)(const char *address, void *context), void *context)
{
	struct shard_page page = { .shard = shard, .limit = INT64_MAX };

	assert_true(store_release_visit_page(at.store, &page, visit, context, &at.error));
}

static struct shard find(int64_t draft, int64_t number)
{
	struct shard shard;

	memset(&shard, 0x55, sizeof(shard));
	assert_int_equal(
	    store_release_find_shard(at.store, draft, number, &shard, &at.error),
	    ANSWER_YES);
	return shard;
}

static void record(int64_t draft, int64_t number, enum shard_state state,
		   int64_t next_try)
{
	const struct shard shard = find(draft, number);
	const struct shard_step step = { state, 200, next_try, "250 \"it's\"" };

	if (!store_release_record(at.store, &shard, &step, &at.error))
		fail_msg("%s", at.error.text);
}

static void count_address(const char *address, void *context)
{
	GHashTable *seen = context;

	/* Each address once over all shards. */
	assert_true(g_hash_table_add(seen, g_strdup(address)));
}

static void test_shard_sizes(void **state)
{
	static const struct {
		int64_t count, size, shards, first, last;
	} rows[] = {
		{ 0, 5, 0, 0, 0 },   { 1, 5, 1, 1, 1 },         { 4, 5, 1, 4, 4 },
		{ 5, 5, 1, 5, 5 },   { 6, 5, 2, 3, 3 },         { 9, 5, 2, 5, 4 },
		{ 10, 5, 2, 5, 5 },  { 11, 5, 3, 4, 3 },        { 3, 1, 3, 1, 1 },
		{ 7, 100, 1, 7, 7 }, { 7, INT32_MAX, 1, 7, 7 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		GHashTable *seen =
		    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		char list[32];
		struct draft *draft;
		struct shard shard;

		(void)snprintf(list, sizeof(list), "list%zu", i);
		begin(&at);
		draft = insert_draft(&at, (unsigned char)(i + 1));
		add_many(list, rows[i].count);
		assert_int_equal(cut(draft->id, list, rows[i].size), rows[i].count);
		for (int64_t number = 1; number <= rows[i].shards; number++) {
			shard = find(draft->id, number);
			assert_int_equal(shard.draft, draft->id);
			assert_int_equal(shard.number, number);
			assert_int_equal(shard.state, SHARD_READY);
			assert_int_equal(shard.tries, 0);
			assert_int_equal(shard.next_try, 100);
			assert_string_equal(shard.queue_id, "");
			assert_true(shard.recipients <= rows[i].size);
			if (number == 1)
				assert_int_equal(shard.recipients, rows[i].first);
			if (number == rows[i].shards)
				assert_int_equal(shard.recipients, rows[i].last);
			visit_all(&shard, count_address, seen);
		}
		assert_int_equal(g_hash_table_size(seen), rows[i].count);
		assert_int_equal(
		    store_release_find_shard(at.store, draft->id, 0, &shard, &at.error),
		    ANSWER_NO);
		assert_int_equal(store_release_find_shard(at.store, draft->id,
							  rows[i].shards + 1, &shard,
							  &at.error),
				 ANSWER_NO);
		commit(&at);
		g_hash_table_destroy(seen);
		draft_free(draft);
	}
}

/* The numbers of the first of each come before all others; each shard has one text and the
 * recipients of its list. */
static void test_languages(void **state)
{
	static const struct {
		int64_t number;
		const char *language;
		int64_t recipients;
	} shards[] = { { 1, "", 2 },
		       { 2, "zh-hant", 1 },
		       { 4, "en", 2 },
		       { 5, "", 1 },
		       { 6, "en", 2 } };
	GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct draft *draft;
	int64_t count = -1;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	add_many("bosai", 3);
	add_many("bosai-en", 4);
	add("bosai-zh", "only@zh.example");
	assert_int_equal(cut_text(draft->id, (struct audience){ "bosai", 0, "" }, 0, 4),
			 3);
	assert_int_equal(
	    cut_text(draft->id, (struct audience){ "bosai-zh", 0, "zh-hant" }, 1, 4), 1);
	assert_int_equal(
	    cut_text(draft->id, (struct audience){ "bosai-ko", 0, "ko" }, 2, 4), 0);
	assert_int_equal(
	    cut_text(draft->id, (struct audience){ "bosai-en", 0, "en" }, 3, 4), 4);
	for (size_t i = 0; i < COUNT(shards); i++) {
		const struct shard shard = find(draft->id, shards[i].number);

		assert_string_equal(shard.language, shards[i].language);
		assert_int_equal(shard.recipients, shards[i].recipients);
		if (strcmp(shard.language, "en") == 0)
			visit_all(&shard, count_address, seen);
	}
	assert_int_equal(g_hash_table_size(seen), 4);
	assert_true(
	    store_release_count_language(at.store, draft->id, "en", &count, &at.error));
	assert_int_equal(count, 4);
	assert_true(
	    store_release_count_language(at.store, draft->id, "ko", &count, &at.error));
	assert_int_equal(count, 0);
	assert_false(
	    store_release_cut(at.store,
			      &(struct shard_cut){ .draft = draft->id,
						   .audience = { "bosai-en", 0, "en" },
						   .shard_size = 2,
						   .now = 100,
						   .texts = 1 },
			      &count, &at.error));
	commit(&at);
	g_hash_table_destroy(seen);
	draft_free(draft);
}

struct page {
	char text[400];
};

static void add_address(const char *address, void *context)
{
	struct page *page = context;
	const size_t used = strlen(page->text);

	(void)snprintf(page->text + used, sizeof(page->text) - used, "%s ", address);
}

/* Only active subscribers of this list, and as they registered. */
static void test_who_receives(void **state)
{
	struct draft *draft;
	struct shard shard;
	struct page page = { "" };

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	add("bosai", "Zoe@b.example");
	add("bosai", "Suspended@b.example");
	add("bosai", "amy@b.example");
	add("bosai", "left@b.example");
	add("bosai", "x@a.example");
	add("kosodate", "other@a.example");
	commit(&at);
	raw_run(at.path,
		"UPDATE subscriber SET state = 2 WHERE address_key LIKE 'susp%';"
		"UPDATE subscriber SET state = 3 WHERE address_key LIKE 'left%'");
	begin(&at);
	assert_int_equal(cut(draft->id, "bosai", 10), 3);
	shard = find(draft->id, 1);
	visit_all(&shard, add_address, &page);
	assert_string_equal(page.text, "x@a.example amy@b.example Zoe@b.example ");
	commit(&at);
	draft_free(draft);
}

/* Every shard has its part of each destination, and those of one stand together. */
static void test_destinations_are_mixed(void **state)
{
	static const char *const wanted[] = {
		"1@a.example 3@a.example 1@b.example ",
		"2@a.example 4@a.example 2@b.example ",
	};
	struct draft *draft;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	for (int i = 1; i <= 4; i++) {
		g_autofree char *address = g_strdup_printf("%d@a.example", i);

		add("bosai", address);
	}
	add("bosai", "1@b.example");
	add("bosai", "2@b.example");
	assert_int_equal(cut(draft->id, "bosai", 3), 6);
	for (size_t i = 0; i < COUNT(wanted); i++) {
		const struct shard shard = find(draft->id, (int64_t)i + 1);
		struct page page = { "" };

		visit_all(&shard, add_address, &page);
		assert_string_equal(page.text, wanted[i]);
	}
	commit(&at);
	draft_free(draft);
}

/* How many of a shard's recipients are of which domain, add_many()'s. */
struct mix {
	int64_t of[3];
};

static void count_domain(const char *address, void *context)
{
	struct mix *mix = context;

	mix->of[strchr(address, '@')[2] - '0']++;
}

/* Small, and with its part of each domain. */
static void test_first_shard(void **state)
{
	static const struct {
		int64_t count, first, shards, sizes[3];
	} rows[] = {
		{ 30, 6, 3, { 6, 12, 12 } }, { 36, 6, 3, { 6, 15, 15 } },
		{ 13, 12, 2, { 12, 1 } },    { 12, 12, 1, { 12 } },
		{ 12, 13, 1, { 12 } },       { 7, 1, 2, { 1, 6 } },
		{ 1, 1, 1, { 1 } },          { 0, 1, 0, { 0 } },
		{ 30, 15, 2, { 15, 15 } },   { 31, 15, 3, { 11, 10, 10 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autofree char *list = g_strdup_printf("first%zu", i);
		struct shard_cut wanted = { .audience = { list, 0, "" },
					    .shard_size = 15,
					    .first_size = rows[i].first,
					    .now = 100,
					    .texts = 1 };
		struct draft *draft;
		int64_t recipients = -1, all = 0;

		begin(&at);
		draft = insert_draft(&at, (unsigned char)(i + 1));
		wanted.draft = draft->id;
		add_many(list, rows[i].count);
		assert_true(store_release_cut(at.store, &wanted, &recipients, &at.error));
		assert_int_equal(recipients, rows[i].count);
		for (int64_t number = 1; number <= rows[i].shards; number++) {
			const struct shard shard = find(draft->id, number);
			struct mix mix = { { 0 } };

			visit_all(&shard, count_domain, &mix);
			if (shard.recipients != rows[i].sizes[number - 1])
				fail_msg("row %zu: shard %lld has %lld", i,
					 (long long)number, (long long)shard.recipients);
			for (size_t n = 0; n < 3; n++)
				assert_in_range(mix.of[n] + 1, shard.recipients / 3,
						shard.recipients / 3 + 3);
			all += mix.of[0] + mix.of[1] + mix.of[2];
		}
		assert_int_equal(all, rows[i].count);
		commit(&at);
		draft_free(draft);
	}
}

static void note_place(const struct shard *shard, void *context)
{
	g_string_append_printf(context, "%lld%s:%lld ", (long long)shard->number,
			       shard->language, (long long)shard->recipients);
}

/* The first of each text stand before all others, whatever another text has. */
static void test_first_of_each_text(void **state)
{
	static const struct {
		int64_t counts[3];
		const char *places;
	} rows[] = {
		{ { 30, 20, 7 }, "1:6 2en:6 3zh:6 4:12 5:12 6en:14 7zh:1 " },
		{ { 5, 30, 4 }, "1:5 2en:6 3zh:4 4en:12 5en:12 " },
		{ { 20, 0, 20 }, "1:6 3zh:6 4:14 5zh:14 " },
		{ { 0, 0, 16 }, "3zh:6 4zh:10 " },
	};
	static const char *const languages[] = { "", "en", "zh" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autoptr(GString) places = g_string_new("");
		struct shard_cut wanted = {
			.shard_size = 15, .first_size = 6, .now = 100, .texts = 3
		};
		struct draft *draft;

		begin(&at);
		draft = insert_draft(&at, (unsigned char)(i + 1));
		wanted.draft = draft->id;
		for (; wanted.text < 3; wanted.text++) {
			const char *language = languages[wanted.text];
			g_autofree char *list = g_strdup_printf("text%zu%s", i, language);
			int64_t recipients = -1;

			wanted.audience = (struct audience){ list, 0, language };
			add_many(list, rows[i].counts[wanted.text]);
			assert_true(
			    store_release_cut(at.store, &wanted, &recipients, &at.error));
			assert_int_equal(recipients, rows[i].counts[wanted.text]);
		}
		assert_true(store_release_visit_shards(at.store, draft->id, note_place,
						       places, &at.error));
		assert_string_equal(places->str, rows[i].places);
		commit(&at);
		draft_free(draft);
	}
}

/* Whose turn it is, by domain: "a100 b100 a100 ..." */
static void list_turns(const char *address, void *context)
{
	GString *turns = context;
	const char domain = strchr(address, '@')[1];
	char *last = strrchr(turns->str, ' ');
	long count = 1;

	last = last != NULL ? last + 1 : turns->str;
	if (*last == domain) {
		count = strtol(last + 1, NULL, 10) + 1;
		g_string_truncate(turns, (gsize)(last - turns->str));
	} else if (turns->len > 0) {
		g_string_append_c(turns, ' ');
	}
	g_string_append_printf(turns, "%c%ld", domain, count);
}

/* One domain has most of the recipients: the others do not stand behind it. */
static void test_domains_take_turns(void **state)
{
	g_autoptr(GString) turns = g_string_new(NULL);
	struct draft *draft;
	struct shard shard;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	for (int i = 0; i < 500; i++) {
		g_autofree char *large = g_strdup_printf("%d@a.example", i);
		g_autofree char *small = g_strdup_printf("%d@b.example", i);
		g_autofree char *last = g_strdup_printf("%d@c.example", i);

		add("bosai", large);
		if (i < 230)
			add("bosai", small);
		if (i < 50)
			add("bosai", last);
	}
	assert_int_equal(cut(draft->id, "bosai", 1000), 780);
	shard = find(draft->id, 1);
	visit_all(&shard, list_turns, turns);
	assert_string_equal(turns->str, "a100 b100 c50 a100 b100 a100 b30 a200");
	commit(&at);
	draft_free(draft);
}

/* A shard is the same at every try, whoever joins or leaves meanwhile. */
static void test_recipients_are_fixed(void **state)
{
	struct draft *draft;
	struct shard shard;
	struct page before = { "" }, after = { "" };

	(void)state;
	begin(&at);
	draft = make_release(1, "bosai", 3);
	shard = find(draft->id, 1);
	visit_all(&shard, add_address, &before);
	add("bosai", "aaa@aaa.example");
	commit(&at);
	raw_run(at.path, "UPDATE subscriber SET state = 3 WHERE address_key LIKE 's%'");
	begin(&at);
	visit_all(&shard, add_address, &after);
	assert_string_not_equal(before.text, "");
	assert_string_equal(before.text, after.text);
	commit(&at);
	draft_free(draft);
}

static void test_pages(void **state)
{
	static const int64_t limits[] = { 1, 2, 3, 6, 7, 8, 1000 };
	struct draft *draft;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	add_many("bosai", 10);
	assert_int_equal(cut(draft->id, "bosai", 7), 10);
	for (size_t i = 0; i < COUNT(limits); i++) {
		for (int64_t number = 1; number <= 2; number++) {
			GHashTable *seen =
			    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
			const struct shard shard = find(draft->id, number);
			struct shard_page page = { .shard = &shard, .limit = limits[i] };
			int64_t position = -1;

			while (page.last != position) {
				const guint before = g_hash_table_size(seen);

				position = page.last;
				assert_true(store_release_visit_page(
				    at.store, &page, count_address, seen, &at.error));
				assert_true(g_hash_table_size(seen) - before <=
					    limits[i]);
				assert_true(page.last >= position);
			}
			assert_int_equal(g_hash_table_size(seen), 5);
			g_hash_table_destroy(seen);
		}
	}
	commit(&at);
	draft_free(draft);
}

/* The copies of a draft as cut: each shard's leaver's key, or how many share it. */
static char *list_copies(int64_t draft)
{
	GString *out = g_string_new(NULL);
	struct shard shard;

	for (int64_t number = 1; store_release_find_shard(at.store, draft, number, &shard,
							  &at.error) == ANSWER_YES;
	     number++) {
		struct leaver leaver = { 0 };
		struct page page = { "" };

		visit_all(&shard, add_address, &page);
		if (shard.leaver == 0) {
			g_string_append_printf(out, "%lld ", (long long)shard.recipients);
			continue;
		}
		assert_int_equal(shard.recipients, 1);
		assert_int_equal(shard.leave_key, 7);
		assert_int_equal(
		    store_leaver_find(at.store, shard.leaver, &leaver, &at.error),
		    ANSWER_YES);
		assert_string_equal(leaver.list, "bosai");
		g_string_append_printf(out, "%s=%s", leaver.address_key, page.text);
		leaver_clear(&leaver);
	}
	return g_string_free(out, FALSE);
}

#define COPIES_A \
	"1@a.example=1@a.example 2@a.example=2@a.example 3@a.example=3@a.example "
#define COPIES_B "1@b.example=1@b.example zoe@b.example=Zoe@b.example "

/* A list in another language may have personal copies and the other not; each is its language's. */
static void test_personal_copies_in_a_language(void **state)
{
	static const int64_t numbers[] = { 1, 3, 4, 5, 6, 7 };
	static const char *const said[] = { "", "ko", "", "en", "en", "ko" };
	struct draft *draft;
	struct shard shard;
	int64_t recipients = 0;

	(void)state;
	begin(&at);
	draft = insert_draft(&at, 1);
	add_many("bosai", 3);
	add_many("bosai-en", 2);
	assert_int_equal(cut_text(draft->id, (struct audience){ "bosai", 0, "" }, 0, 3),
			 3);
	assert_true(
	    store_release_cut(at.store,
			      &(struct shard_cut){ .draft = draft->id,
						   .audience = { "bosai-en", 0, "en" },
						   .shard_size = 2,
						   .now = 100,
						   .personal = " * ",
						   .leave_key = 7,
						   .texts = 3,
						   .text = 1 },
			      &recipients, &at.error));
	assert_int_equal(recipients, 2);
	assert_int_equal(cut_text(draft->id, (struct audience){ "bosai", 0, "ko" }, 2, 3),
			 3);
	for (size_t i = 0; i < COUNT(numbers); i++) {
		shard = find(draft->id, numbers[i]);
		assert_string_equal(shard.language, said[i]);
		assert_int_equal(shard.leaver != 0, strcmp(said[i], "en") == 0);
	}
	commit(&at);
	assert_int_equal(
	    raw_number(at.path, "SELECT count(*) FROM leaver WHERE list = 'bosai-en'"),
	    2);
	draft_free(draft);
}

static void test_personal_copies(void **state)
{
	static const struct {
		const char *personal, *copies;
	} rows[] = {
		{ NULL, "3 2 " },
		{ "", "3 2 " },
		{ " ", "3 2 " },
		{ " c.example ", "3 2 " },
		{ " .example ", "3 2 " },
		{ " b.example ", "3 " COPIES_B },
		{ " c.example a.example ", "2 " COPIES_A },
		{ " * ", COPIES_A COPIES_B },
	};

	(void)state;
	begin(&at);
	add("bosai", "1@a.example");
	add("bosai", "2@A.example");
	add("bosai", "3@a.example");
	add("bosai", "Zoe@b.example");
	add("bosai", "1@b.example");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct draft *draft = insert_draft(&at, (unsigned char)(i + 1));
		const struct shard_cut wanted = { .draft = draft->id,
						  .audience = { "bosai", 0, "" },
						  .shard_size = 3,
						  .now = 100,
						  .personal = rows[i].personal,
						  .leave_key = 7,
						  .texts = 1 };
		g_autofree char *copies = NULL;
		int64_t recipients = 0;

		assert_true(store_release_cut(at.store, &wanted, &recipients, &at.error));
		assert_int_equal(recipients, 5);
		copies = list_copies(draft->id);
		if (strcmp(copies, rows[i].copies) != 0)
			fail_msg("\"%s\": %s", rows[i].personal, copies);
		draft_free(draft);
	}
	commit(&at);
	/* One right for each subscriber, and none for who is forgotten. */
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM leaver"), 5);
	raw_run(at.path, "DELETE FROM subscriber WHERE address_key = 'zoe@b.example'");
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM leaver"), 4);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM leaver WHERE"
					     " address_key LIKE 'zoe%'"),
			 0);
}

static void test_cut_twice_is_an_error(void **state)
{
	struct draft *draft;
	int64_t recipients;

	(void)state;
	begin(&at);
	draft = make_release(1, "bosai", 3);
	commit(&at);
	begin(&at);
	assert_false(
	    store_release_cut(at.store,
			      &(struct shard_cut){ .draft = draft->id,
						   .audience = { "bosai", 0, "" },
						   .shard_size = 2,
						   .now = 100,
						   .texts = 1 },
			      &recipients, &at.error));
	store_rollback(at.store);
	assert_int_equal(raw_number(at.path, "SELECT count(*) FROM shard_recipient"), 3);
	draft_free(draft);
}

/* Every record on every state: forward only, and a confirmed shard never moves. */
static void test_record(void **state)
{
	static const struct {
		enum shard_state from, to, then;
	} rows[] = {
		{ SHARD_READY, SHARD_READY, SHARD_READY },
		{ SHARD_READY, SHARD_OFFERED, SHARD_OFFERED },
		{ SHARD_READY, SHARD_ACCEPTED, SHARD_ACCEPTED },
		{ SHARD_READY, SHARD_CONFIRMED, SHARD_CONFIRMED },
		{ SHARD_OFFERED, SHARD_READY, SHARD_READY },
		{ SHARD_OFFERED, SHARD_OFFERED, SHARD_OFFERED },
		{ SHARD_OFFERED, SHARD_ACCEPTED, SHARD_ACCEPTED },
		{ SHARD_OFFERED, SHARD_CONFIRMED, SHARD_CONFIRMED },
		{ SHARD_ACCEPTED, SHARD_READY, SHARD_ACCEPTED },
		{ SHARD_ACCEPTED, SHARD_OFFERED, SHARD_ACCEPTED },
		{ SHARD_ACCEPTED, SHARD_CONFIRMED, SHARD_CONFIRMED },
		{ SHARD_CONFIRMED, SHARD_READY, SHARD_CONFIRMED },
		{ SHARD_CONFIRMED, SHARD_OFFERED, SHARD_CONFIRMED },
		{ SHARD_CONFIRMED, SHARD_ACCEPTED, SHARD_CONFIRMED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char list[32];
		struct draft *draft;
		struct shard shard, other;

		(void)snprintf(list, sizeof(list), "list%zu", i);
		begin(&at);
		draft = make_release((unsigned char)(i + 1), list, 3);
		if (rows[i].from != SHARD_READY)
			record(draft->id, 1, rows[i].from, 500);
		shard = find(draft->id, 1);
		assert_int_equal(shard.state, rows[i].from);
		strcpy(shard.queue_id, "4LATE");
		assert_true(store_release_record(
		    at.store, &shard,
		    &(struct shard_step){ rows[i].to, 300, 600, "late" }, &at.error));
		shard = find(draft->id, 1);
		if (shard.state != rows[i].then)
			fail_msg("row %zu: %d", i, (int)shard.state);
		/* A late answer changes nothing else either. */
		if (rows[i].to != rows[i].then) {
			assert_int_equal(shard.next_try, 500);
			assert_string_equal(shard.queue_id, "");
		} else {
			assert_string_equal(shard.queue_id, "4LATE");
		}
		other = find(draft->id, 2);
		assert_int_equal(other.state, SHARD_READY);
		assert_int_equal(other.tries, 0);
		commit(&at);
		draft_free(draft);
	}
}

static void test_record_keeps_the_queue_id(void **state)
{
	struct draft *draft;
	struct shard shard;

	(void)state;
	begin(&at);
	draft = make_release(1, "bosai", 2);
	shard = find(draft->id, 1);
	strcpy(shard.queue_id, "4ABC");
	assert_true(store_release_record(
	    at.store, &shard, &(struct shard_step){ SHARD_OFFERED, 200, 300, "" },
	    &at.error));
	shard.queue_id[0] = '\0';
	assert_true(store_release_record(
	    at.store, &shard, &(struct shard_step){ SHARD_CONFIRMED, 200, 300, "" },
	    &at.error));
	shard = find(draft->id, 1);
	assert_string_equal(shard.queue_id, "4ABC");
	assert_int_equal(shard.tries, 1);
	commit(&at);
	draft_free(draft);
}

static int64_t due_number(int64_t now)
{
	struct shard shard;
	enum answer answer =
	    store_release_find_due(at.store, SHARDS_ALL, now, &shard, &at.error);

	assert_int_not_equal(answer, ANSWER_UNKNOWN);
	return answer == ANSWER_YES ? shard.number : 0;
}

static int64_t next_due(void)
{
	int64_t when = -1;

	assert_int_not_equal(
	    store_release_next_due(at.store, SHARDS_ALL, &when, &at.error),
	    ANSWER_UNKNOWN);
	return when;
}

static void test_due(void **state)
{
	struct draft *draft;

	(void)state;
	begin(&at);
	assert_int_equal(due_number(INT64_MAX), 0);
	assert_int_equal(next_due(), -1);
	draft = make_release(1, "bosai", 5);
	assert_int_equal(due_number(99), 0);
	assert_int_equal(due_number(100), 1);
	assert_int_equal(next_due(), 100);
	record(draft->id, 1, SHARD_OFFERED, 300);
	assert_int_equal(due_number(100), 2);
	record(draft->id, 2, SHARD_ACCEPTED, 0);
	assert_int_equal(due_number(100), 3);
	record(draft->id, 3, SHARD_READY, 250);
	assert_int_equal(next_due(), 250);
	assert_int_equal(due_number(249), 0);
	assert_int_equal(due_number(250), 3);
	record(draft->id, 3, SHARD_CONFIRMED, 0);
	/* The receipt of the first did not come in time. */
	assert_int_equal(next_due(), 300);
	assert_int_equal(due_number(299), 0);
	assert_int_equal(due_number(300), 1);
	record(draft->id, 1, SHARD_ACCEPTED, 0);
	assert_int_equal(due_number(INT64_MAX), 0);
	assert_int_equal(next_due(), -1);
	commit(&at);
	draft_free(draft);
}

/* Shards of a draft in any other state are left alone: a stopped release above all. */
/* A claimed shard is nobody else's until the lease is over, or a new run frees it. */
static void test_claims(void **state)
{
	struct draft *draft;
	struct shard shard;

	(void)state;
	begin(&at);
	draft = make_release(1, "bosai", 4);
	for (int64_t number = 1; number <= 2; number++) {
		assert_int_equal(store_release_claim_due(at.store, SHARDS_ALL, 100, 500,
							 &shard, &at.error),
				 ANSWER_YES);
		assert_int_equal(shard.number, number);
	}
	assert_int_equal(
	    store_release_claim_due(at.store, SHARDS_ALL, 499, 900, &shard, &at.error),
	    ANSWER_NO);
	assert_int_equal(
	    store_release_claim_due(at.store, SHARDS_ALL, 500, 900, &shard, &at.error),
	    ANSWER_YES);
	record(draft->id, 2, SHARD_OFFERED, 900);
	assert_true(store_release_free_claims(at.store, 600, 120, &at.error));
	assert_int_equal(find(draft->id, 1).next_try, 600);
	assert_int_equal(find(draft->id, 2).next_try, 720);
	commit(&at);
	draft_free(draft);
}

/* What was planned by a clock that was ahead is due now; what is under way, when that would be over:
 * its receipt may be on its way, and nobody is to get a broadcast twice. */
static void test_planned_by_a_wrong_clock(void **state)
{
	static const int64_t wanted[] = { 0, 150, 450, 450, 400 };
	const struct store_clock_ahead ahead = {
		.now = 150, .tries = 100, .looks = 86400, .under_way = 300
	};
	struct draft *draft;
	struct shard shard;
	int64_t brought = -1;

	(void)state;
	begin(&at);
	draft = make_release(1, "bosai", 8);
	record(draft->id, 1, SHARD_READY, 9000000);
	assert_int_equal(store_release_claim_due(at.store, SHARDS_ALL, 100, 9000000,
						 &shard, &at.error),
			 ANSWER_YES);
	assert_int_equal(shard.number, 2);
	record(draft->id, 3, SHARD_OFFERED, 9000000);
	record(draft->id, 4, SHARD_READY, 400);
	assert_true(store_clock_bring_tries_back(at.store, &ahead, &brought, &at.error));
	assert_int_equal(brought, 3);
	for (int64_t number = 1; number <= 4; number++)
		assert_int_equal(find(draft->id, number).next_try, wanted[number]);
	assert_true(store_clock_bring_tries_back(at.store, &ahead, &brought, &at.error));
	assert_int_equal(brought, 0);
	commit(&at);
	assert_int_equal(raw_number(at.path, "SELECT max(held_until) FROM shard"), 450);
	draft_free(draft);
}

/* That draft is urgent from here on. */
static void make_urgent(struct draft *draft)
{
	char sql[80];

	(void)snprintf(sql, sizeof(sql), "UPDATE draft SET urgent = 1 WHERE id = %lld",
		       (long long)draft->id);
	commit(&at);
	raw_run(at.path, sql);
	begin(&at);
}

static int64_t claim(int64_t now, int64_t *draft_r)
{
	struct shard shard = { 0 };
	enum answer answer = store_release_claim_due(at.store, SHARDS_ALL, now, now + 400,
						     &shard, &at.error);

	assert_int_not_equal(answer, ANSWER_UNKNOWN);
	*draft_r = shard.draft;
	return shard.number;
}

/* Who takes urgent shards alone gets no other, and waits for none. */
static void test_urgent_alone(void **state)
{
	struct shard shard = { 0 };
	struct draft *ordinary, *urgent;
	int64_t when = 0;

	(void)state;
	begin(&at);
	ordinary = make_release(1, "bosai", 4);
	assert_int_equal(
	    store_release_claim_due(at.store, SHARDS_URGENT, 100, 500, &shard, &at.error),
	    ANSWER_NO);
	assert_int_equal(
	    store_release_next_due(at.store, SHARDS_URGENT, &when, &at.error), ANSWER_NO);
	urgent = make_release(2, "kosodate", 4);
	make_urgent(urgent);
	assert_int_equal(
	    store_release_claim_due(at.store, SHARDS_URGENT, 100, 500, &shard, &at.error),
	    ANSWER_YES);
	assert_int_equal(shard.draft, urgent->id);
	record(urgent->id, shard.number, SHARD_READY, 800);
	assert_int_equal(
	    store_release_claim_due(at.store, SHARDS_URGENT, 100, 500, &shard, &at.error),
	    ANSWER_YES);
	record(urgent->id, shard.number, SHARD_READY, 900);
	assert_int_equal(
	    store_release_next_due(at.store, SHARDS_URGENT, &when, &at.error),
	    ANSWER_YES);
	assert_int_equal(when, 800);
	draft_free(ordinary);
	draft_free(urgent);
}

/* An urgent release goes first, and nobody else while it is handed over; but it waits alone. */
static void test_urgent_goes_first(void **state)
{
	struct draft *ordinary, *urgent, *later;
	int64_t number, draft;

	(void)state;
	begin(&at);
	ordinary = make_release(1, "bosai", 4);
	number = claim(100, &draft);
	assert_int_equal(draft, ordinary->id);
	assert_int_equal(number, 1);
	urgent = make_release(2, "kosodate", 4);
	later = make_release(3, "shogai", 2);
	make_urgent(urgent);
	make_urgent(later);
	assert_int_equal(claim(100, &draft), 1);
	assert_int_equal(draft, urgent->id);
	assert_int_equal(claim(100, &draft), 2);
	assert_int_equal(draft, urgent->id);
	assert_int_equal(claim(100, &draft), 1);
	assert_int_equal(draft, later->id);
	/* All of them are with a courier, one of them after its recipients were added. */
	record(later->id, 1, SHARD_ACCEPTED, 0);
	record(urgent->id, 1, SHARD_ACCEPTED, 0);
	assert_int_equal(
	    store_release_offer(at.store,
				&(struct shard){ .draft = urgent->id, .number = 2 }, 100,
				600, &at.error),
	    ANSWER_YES);
	assert_int_equal(claim(100, &draft), 0);
	assert_int_equal(next_due(), 100);
	/* The hand-over has failed: the next try of it is no reason for others to wait. */
	record(urgent->id, 2, SHARD_READY, 200);
	assert_int_equal(claim(100, &draft), 2);
	assert_int_equal(draft, ordinary->id);
	assert_int_equal(claim(200, &draft), 2);
	assert_int_equal(draft, urgent->id);
	record(urgent->id, 2, SHARD_ACCEPTED, 0);
	record(ordinary->id, 2, SHARD_READY, 210);
	assert_int_equal(claim(210, &draft), 2);
	assert_int_equal(draft, ordinary->id);
	commit(&at);
	draft_free(ordinary);
	draft_free(urgent);
	draft_free(later);
}

/* A stopped one, and one that a run has left behind which is over, hold up nobody. */
static void test_urgent_that_ended(void **state)
{
	struct draft *ordinary, *urgent;
	int64_t draft;

	(void)state;
	begin(&at);
	ordinary = make_release(1, "bosai", 4);
	urgent = make_release(2, "kosodate", 2);
	make_urgent(urgent);
	assert_int_equal(claim(100, &draft), 1);
	assert_int_equal(claim(100, &draft), 0);
	assert_true(store_release_free_claims(at.store, 100, 120, &at.error));
	assert_int_equal(claim(100, &draft), 1);
	assert_int_equal(draft, urgent->id);
	assert_int_equal(claim(100, &draft), 0);
	enter_state(&at, urgent, DRAFT_STOPPED, 0);
	assert_int_equal(claim(100, &draft), 1);
	assert_int_equal(draft, ordinary->id);
	commit(&at);
	draft_free(ordinary);
	draft_free(urgent);
}

static void test_due_only_while_releasing(void **state)
{
	struct draft *draft;
	int64_t complete;

	(void)state;
	begin(&at);
	draft = make_release(1, "bosai", 3);
	commit(&at);
	for (int number = DRAFT_HELD; number <= DRAFT_STOPPED; number++) {
		const bool releasing = number == DRAFT_RELEASING;
		char sql[80];

		(void)snprintf(sql, sizeof(sql), "UPDATE draft SET state = %d", number);
		raw_run(at.path, sql);
		begin(&at);
		assert_int_equal(due_number(INT64_MAX), releasing ? 1 : 0);
		assert_int_equal(next_due(), releasing ? 100 : -1);
		assert_int_equal(
		    store_release_find_complete(at.store, &complete, &at.error),
		    ANSWER_NO);
		store_rollback(at.store);
	}
	draft_free(draft);
}

static void test_complete(void **state)
{
	struct draft *draft, *empty, *stopped;
	int64_t complete = 0;

	(void)state;
	begin(&at);
	draft = make_release(1, "bosai", 5);
	record(draft->id, 1, SHARD_ACCEPTED, 0);
	record(draft->id, 2, SHARD_CONFIRMED, 0);
	assert_int_equal(store_release_find_complete(at.store, &complete, &at.error),
			 ANSWER_NO);
	record(draft->id, 3, SHARD_OFFERED, 0);
	assert_int_equal(store_release_find_complete(at.store, &complete, &at.error),
			 ANSWER_NO);
	record(draft->id, 3, SHARD_ACCEPTED, 0);
	assert_int_equal(store_release_find_complete(at.store, &complete, &at.error),
			 ANSWER_YES);
	assert_int_equal(complete, draft->id);
	enter_state(&at, draft, DRAFT_RELEASED, 0);
	assert_int_equal(store_release_find_complete(at.store, &complete, &at.error),
			 ANSWER_NO);

	/* A list without subscribers has no shard, and is complete at once. */
	empty = make_release(2, "nobody", 0);
	assert_int_equal(store_release_find_complete(at.store, &complete, &at.error),
			 ANSWER_YES);
	assert_int_equal(complete, empty->id);
	enter_state(&at, empty, DRAFT_RELEASED, 0);

	stopped = make_release(3, "more", 1);
	enter_state(&at, stopped, DRAFT_STOPPED, 0);
	record(stopped->id, 1, SHARD_ACCEPTED, 0);
	assert_int_equal(store_release_find_complete(at.store, &complete, &at.error),
			 ANSWER_NO);
	commit(&at);
	draft_free(draft);
	draft_free(empty);
	draft_free(stopped);
}

/* The last moment at which a release can be stopped: a shard is offered only while its
 * release goes on, and only when the MTA does not have it. */
/* As if the courier had begun to hand each of them over. */
static void claim_all(void)
{
	assert_true(
	    sql_run(at.store, &at.error, "UPDATE shard SET claimed = claimed + 1", ""));
}

static void test_offer(void **state)
{
	static const struct {
		enum shard_state from;
		enum answer answer;
	} rows[] = {
		{ SHARD_READY, ANSWER_YES },
		{ SHARD_OFFERED, ANSWER_YES },
		{ SHARD_ACCEPTED, ANSWER_NO },
		{ SHARD_CONFIRMED, ANSWER_NO },
	};
	struct draft *draft;
	struct shard shard;

	(void)state;
	begin(&at);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char list[32];

		(void)snprintf(list, sizeof(list), "list%zu", i);
		draft = make_release((unsigned char)(i + 1), list, 3);
		if (rows[i].from != SHARD_READY)
			record(draft->id, 1, rows[i].from, 500);
		shard = find(draft->id, 1);
		assert_int_equal(
		    store_release_offer(at.store, &shard, 300, 600, &at.error),
		    ANSWER_NO); /* nobody hands it over */
		claim_all();
		strcpy(shard.queue_id, "4NEW");
		if (store_release_offer(at.store, &shard, 300, 600, &at.error) !=
		    rows[i].answer)
			fail_msg("row %zu", i);
		shard = find(draft->id, 1);
		assert_int_equal(shard.state, rows[i].answer == ANSWER_YES
						  ? SHARD_OFFERED
						  : rows[i].from);
		assert_string_equal(shard.queue_id,
				    rows[i].answer == ANSWER_YES ? "4NEW" : "");
		assert_int_equal(find(draft->id, 2).state, SHARD_READY);
		/* Once in each hand-over, however often its mail comes past. */
		assert_int_equal(
		    store_release_offer(at.store, &shard, 300, 600, &at.error),
		    ANSWER_NO);
		claim_all();
		assert_int_equal(
		    store_release_offer(at.store, &shard, 300, 600, &at.error),
		    rows[i].answer);
		draft_free(draft);
	}
	draft = make_release(100, "stopped", 3);
	claim_all();
	shard = find(draft->id, 1);
	enter_state(&at, draft, DRAFT_STOPPED, 0);
	assert_int_equal(store_release_offer(at.store, &shard, 300, 600, &at.error),
			 ANSWER_NO);
	assert_int_equal(find(draft->id, 1).state, SHARD_READY);
	commit(&at);
	draft_free(draft);
}

static void list_shard(const struct shard *shard, void *context)
{
	struct page *page = context;
	const size_t used = strlen(page->text);

	(void)snprintf(page->text + used, sizeof(page->text) - used, "%lld:%lld:%s ",
		       (long long)shard->number, (long long)shard->recipients,
		       shard_state_name(shard->state));
}

static void test_who_has_it(void **state)
{
	struct release_summary count;
	struct page page = { "" };
	struct draft *draft;

	(void)state;
	begin(&at);
	draft = make_release(1, "bosai", 7);
	assert_true(store_release_summarize(at.store, draft->id, &count, &at.error));
	assert_int_equal(count.unserved, 7);
	release_summary_clear(&count);
	record(draft->id, 1, SHARD_CONFIRMED, 0);
	record(draft->id, 2, SHARD_ACCEPTED, 0);
	record(draft->id, 3, SHARD_OFFERED, 500);
	assert_true(store_release_summarize(at.store, draft->id, &count, &at.error));
	assert_int_equal(count.served, 4);
	assert_int_equal(count.unknown, 2);
	assert_int_equal(count.unserved, 1);
	release_summary_clear(&count);
	assert_true(store_release_visit_shards(at.store, draft->id, list_shard, &page,
					       &at.error));
	assert_string_equal(page.text, "1:2:sent 2:2:sent 3:2:may be sent 4:1:not sent ");
	/* A draft that was never cut into shards. */
	assert_true(store_release_summarize(at.store, 99, &count, &at.error));
	assert_int_equal(count.served + count.unknown + count.unserved, 0);
	release_summary_clear(&count);
	commit(&at);
	draft_free(draft);
}

static void test_numbers_are_pinned(void **state)
{
	(void)state;
	assert_int_equal(SHARD_READY, 1);
	assert_int_equal(SHARD_OFFERED, 2);
	assert_int_equal(SHARD_ACCEPTED, 3);
	assert_int_equal(SHARD_CONFIRMED, 4);
}

static void test_long_queue_id_is_cut(void **state)
{
	struct draft *draft;
	struct shard shard;
	char sql[600];

	(void)state;
	begin(&at);
	draft = make_release(1, "bosai", 1);
	commit(&at);
	(void)g_snprintf(sql, sizeof(sql), "UPDATE shard SET queue_id = 'q%0500d'", 0);
	raw_run(at.path, sql);
	begin(&at);
	shard = find(draft->id, 1);
	commit(&at);
	assert_int_equal(strlen(shard.queue_id), sizeof(shard.queue_id) - 1);
	draft_free(draft);
}

static void test_could_not_ask(void **state)
{
	struct shard shard = { .draft = 1, .number = 1 };
	struct page page = { "" };
	int64_t number;

	(void)state;
	raw_run(at.path, "DROP TABLE shard; DROP TABLE shard_recipient");
	begin(&at);
	assert_false(store_release_cut(
	    at.store,
	    &(struct shard_cut){
		.draft = 1, .audience = { "bosai", 0, "" }, .shard_size = 1, .texts = 1 },
	    &number, &at.error));
	assert_int_equal(
	    store_release_find_due(at.store, SHARDS_ALL, 1, &shard, &at.error),
	    ANSWER_UNKNOWN);
	assert_int_equal(store_release_next_due(at.store, SHARDS_ALL, &number, &at.error),
			 ANSWER_UNKNOWN);
	assert_int_equal(store_release_find_complete(at.store, &number, &at.error),
			 ANSWER_UNKNOWN);
	assert_false(store_release_visit_page(
	    at.store, &(struct shard_page){ .shard = &shard, .limit = 1 }, add_address,
	    &page, &at.error));
	store_rollback(at.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shard_sizes),
		TEST(test_languages),
		TEST(test_destinations_are_mixed),
		TEST(test_first_shard),
		TEST(test_first_of_each_text),
		TEST(test_domains_take_turns),
		TEST(test_personal_copies),
		TEST(test_personal_copies_in_a_language),
		TEST(test_claims),
		TEST(test_planned_by_a_wrong_clock),
		TEST(test_urgent_goes_first),
		TEST(test_urgent_alone),
		TEST(test_urgent_that_ended),
		TEST(test_who_receives),
		TEST(test_recipients_are_fixed),
		TEST(test_pages),
		TEST(test_cut_twice_is_an_error),
		TEST(test_record),
		TEST(test_record_keeps_the_queue_id),
		TEST(test_due),
		TEST(test_due_only_while_releasing),
		TEST(test_complete),
		TEST(test_offer),
		TEST(test_who_has_it),
		TEST(test_numbers_are_pinned),
		TEST(test_long_queue_id_is_cut),
		TEST(test_could_not_ask),
	};

	return cmocka_run_group_tests_name("release", tests, NULL, NULL);
}
