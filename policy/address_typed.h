/*
 * Addresses that people have typed: in a list, on a form, on a command line.
 */
#ifndef KAIRAN_POLICY_ADDRESS_TYPED_H
#define KAIRAN_POLICY_ADDRESS_TYPED_H

#include "policy/address.h"

/* Read an address in UTF-8 as somebody has typed it: what address_read() takes, and besides
 * white space around it, full-width letters, digits and marks (taro＠ｄｏｃｏｍｏ), and a domain in
 * any script, which becomes its ASCII form (IDNA, RFC 3490). Never for an envelope or a From:,
 * where an address is who somebody is. */
bool address_typed_read(const char *text, struct address *address_r,
			struct kairan_error *error_r);

#endif
