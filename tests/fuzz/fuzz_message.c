/*
 * NAME
 *	fuzz_message - arbitrary octets as a mail
 *
 * DESCRIPTION
 *	Parses, and reads everything there is to read. Besides what the
 *	sanitizers see it checks what the rest of kairan relies on: a text
 *	that was read is valid UTF-8 in normal form without controls, and a
 *	mail written with it reads back.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "milter/mail/automatic.h"
#include "milter/mail/charset.h"
#include "milter/mail/message.h"
#include "policy/text.h"
#include "tests/fuzz/fuzz.h"

static void require_clean(const char *utf8, bool one_line)
{
	char *normal = text_normalize(utf8);
	ucs4_t character;

	require(u8_check((const uint8_t *)utf8, strlen(utf8)) == NULL);
	require(normal != NULL && strcmp(normal, utf8) == 0);
	free(normal);
	for (const uint8_t *at = (const uint8_t *)utf8;
	     (at = u8_next(&character, at)) != NULL;)
		if (character < 0x20 || (character >= 0x7f && character < 0xa0))
			require(!one_line && (character == '\t' || character == '\n'));
}

/* The text as a person would get it. */
static void write_and_read(const char *subject, const char *text)
{
	struct message_draft draft = {
		.from_name = subject,
		.from_address = "bosai@info.town.example",
		.subject = subject,
		.message_id = "<1@town.example>",
		.text = text,
		.charset = charset_fits_iso2022jp(text) ? ENCODED_WORD_ISO2022JP
							: ENCODED_WORD_UTF8,
	};
	struct message *message = NULL;
	struct message_text again = { 0 };
	char *octets = NULL, *subject_again = NULL;
	size_t length = 0;

	require(message_write(&draft, &octets, &length, NULL));
	require(message_parse(octets, length, &message, NULL));
	require(message_decode_subject(message, &subject_again, NULL));
	require(message_read_text(message, &again, NULL) == MESSAGE_TEXT_OK);
	require(again.attachment_count == 0);
	if (draft.charset == ENCODED_WORD_UTF8) {
		require(strcmp(subject_again, subject) == 0);
		require(strcmp(again.text, text) == 0);
	}
	free(subject_again);
	message_text_free(&again);
	message_free(message);
	free(octets);
}

static void attach(const void *octets, size_t length)
{
	const struct message_original original = { octets, length, "original.eml" };
	const struct message_draft draft = {
		.from_address = "kairan@info.town.example",
		.message_id = "<1@town.example>",
		.text = "text",
		.originals = &original,
		.original_count = 1,
	};
	struct message *message = NULL;
	char *written = NULL;
	size_t written_length = 0;

	require(message_write(&draft, &written, &written_length, NULL));
	require(message_parse(written, written_length, &message, NULL));
	message_free(message);
	free(written);
}

static void read_reply(const struct message *message)
{
	struct message_text text;
	struct kairan_error error;

	if (message_read_reply(message, &text, &error) == MESSAGE_TEXT_OK) {
		require_clean(text.text, false);
		if (text.html_text != NULL)
			require_clean(text.html_text, false);
	} else {
		require(text.text == NULL && text.html_text == NULL);
	}
	message_text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	struct message *message = NULL;
	struct message_text text = { 0 };
	struct kairan_error error;
	char *subject = NULL;
	static bool ready;

	if (!ready)
		require(message_init(NULL));
	ready = true;
	attach(octets, length);
	if (!message_parse(octets, length, &message, &error))
		return 0;
	(void)automatic_judge_reply(message, (const char *const[]){ "a", NULL });
	(void)message_get_header(message, "From", 1);
	if (message_decode_subject(message, &subject, &error))
		require_clean(subject, true);
	if (message_read_text(message, &text, &error) == MESSAGE_TEXT_OK) {
		require_clean(text.text, false);
		write_and_read(subject != NULL ? subject : "", text.text);
	}
	read_reply(message);
	require(u8_check((const uint8_t *)text.attachments, strlen(text.attachments)) ==
		NULL);
	free(subject);
	message_text_free(&text);
	message_free(message);
	return 0;
}
