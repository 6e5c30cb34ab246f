/*
 * Questions to the DNS.
 */
#ifndef KAIRAN_CTL_CHECK_DNS_H
#define KAIRAN_CTL_CHECK_DNS_H

#include <glib.h>

#include "policy/error.h"

/* The TXT records of a name, each as one text, or the hosts of its MX records. nameserver:
 * "ADDRESS" or "ADDRESS:PORT" (IPv4); NULL: those of resolv.conf(5). NO: there are none.
 * *records_r is NULL then; else free it with g_ptr_array_unref(). */
enum answer dns_find_texts(const char *nameserver, const char *name,
			   GPtrArray **records_r, struct kairan_error *error_r);
enum answer dns_find_exchangers(const char *nameserver, const char *name,
				GPtrArray **records_r, struct kairan_error *error_r);

#endif
