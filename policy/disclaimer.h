/*
 * What mail gateways write above and below what people write.
 */
#ifndef KAIRAN_POLICY_DISCLAIMER_H
#define KAIRAN_POLICY_DISCLAIMER_H

#include <stddef.h>

/* How many of these lines (UTF-8, NULL-terminated array) are, from the first on and as a
 * whole, a warning that the mail came from outside ("[EXTERNAL]", "このメールは外部から送信
 * されています。"); 0 when the first is none. */
size_t disclaimer_count_banner(char *const *lines);

/* Likewise a disclaimer ("If you are not the intended recipient ...",
 * "※本メールに心当たりがない場合は…") or what a scanner says. */
size_t disclaimer_count_lines(char *const *lines);

/* Behind a mark of outside mail that the line begins with ("[EXTERNAL] OK"), which a gateway
 * may put into the person's own line; the line itself when there is none. */
const char *disclaimer_skip_mark(const char *line);

#endif
