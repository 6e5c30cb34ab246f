/*
 * Tokens in what residents would get: whoever has the address may answer to it.
 */
#ifndef KAIRAN_POLICY_LEAKED_TOKEN_H
#define KAIRAN_POLICY_LEAKED_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

/* The next place of a text (UTF-8), from *offset on, where a token stands, with what stands
 * before it in an address of ours ("decide+..."): in a link, without its plus, or cut by a
 * line's end. False when there is none. */
bool leaked_token_find(const char *text, size_t *offset, size_t *length_r);

#endif
