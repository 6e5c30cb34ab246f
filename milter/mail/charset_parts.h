/*
 * What the files of charset.h share.
 */
#ifndef KAIRAN_MILTER_MAIL_CHARSET_PARTS_H
#define KAIRAN_MILTER_MAIL_CHARSET_PARTS_H

#include "milter/mail/charset.h"

#define ESCAPE    0x1b
#define HALF_KANA "\033(I"
#define ROMAN     "\033(J"
#define ASCII     "\033(B"

enum charset_kind {
	KIND_PLAIN,
	KIND_EUC,
	KIND_UTF8,
	KIND_ISO2022JP,
};

struct charset {
	const char *label;
	const char *codec; /* glibc's name */
	enum charset_kind kind;
};

/* The charset that the octets are in; NULL when the label is not known. */
const struct charset *charset_choose(const char *label, const unsigned char *octets,
				     size_t length);

/* False, with the label as it can be shown. */
bool charset_refuse_label(const char *label, struct kairan_error *error_r);

#endif
