/*
 * NAME
 *	fuzz_address - arbitrary text as an address
 *
 * DESCRIPTION
 *	What was read reads back as the same, with brackets and without, in an envelope and
 *	in a From:, and holds nothing that another program could understand differently.
 *	A display name, whatever is in it, never becomes the address.
 *
 * DIAGNOSTICS
 *	Aborts where something does not hold.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/address.h"
#include "policy/address_typed.h"
#include "policy/service_address.h"
#include "tests/fuzz/fuzz.h"

static bool is_same(const struct address *one, const struct address *other)
{
	return one->local_len == other->local_len && strcmp(one->spec, other->spec) == 0;
}

static void require_clean(const struct address *address)
{
	size_t ats = 0;

	require(strlen(address->spec) <= ADDRESS_MAX);
	require(address->local_len > 0 && address->local_len <= ADDRESS_LOCAL_MAX);
	require(address->spec[address->local_len] == '@');
	for (const char *at = address->spec; *at != '\0'; at++) {
		require(*at > ' ' && *at < 0x7f);
		require(strchr("<>()[]\\,;:\"", *at) == NULL);
		ats += *at == '@';
	}
	require(ats == 1);
	for (const char *at = address_domain(address); *at != '\0'; at++)
		require(*at < 'A' || *at > 'Z');
}

static void require_reads_back(const struct address *address)
{
	char *path = fuzz_join("<", address->spec, ">", NULL);
	char *named = fuzz_join(" \"a, b\"\r\n\t", path, " ", NULL);
	struct address again, folded = *address;

	require(address_read(address->spec, &again, NULL) && is_same(address, &again));
	require(address_read(path, &again, NULL) && is_same(address, &again));
	require(address_read_from(address->spec, &again, NULL) &&
		is_same(address, &again));
	require(address_read_from(named, &again, NULL) && is_same(address, &again));
	address_fold(&folded);
	require(strcasecmp(address->spec, folded.spec) == 0);
	require(address_read(folded.spec, &again, NULL) && is_same(&folded, &again));
	free(path);
	free(named);
}

/* The token lies inside the local part, behind a delimiter. */
static void require_service(const struct address *address)
{
	struct service_address service;

	service_address_read(address, address_domain(address), "kairan", &service);
	require(service.kind != SERVICE_NONE);
	if (service.kind == SERVICE_OWNER) {
		require(service.token == address->spec);
		require(service.token_length < address->local_len);
	} else if (service.token != NULL) {
		require(service.token > address->spec);
		require(strchr(SERVICE_DELIMITERS "bB", service.token[-1]) != NULL);
		require(service.token + service.token_length ==
			address->spec + address->local_len);
	}
	require(!service.is_cut || service.kind == SERVICE_DECIDE ||
		service.kind == SERVICE_DRAFT || service.kind == SERVICE_CORRECT ||
		service.kind == SERVICE_ANSWER || service.kind == SERVICE_CONFIRM);
	service_address_read(address, "other.invalid.town.example", "kairan", &service);
	require(service.kind == SERVICE_NONE ||
		strcmp(address_domain(address), "other.invalid.town.example") == 0);
}

static void require_name_is_no_address(const char *text)
{
	char *name = fuzz_escape(text, "\"");
	char *from = fuzz_join("\"", name, "\" <bosai-staff1@town.example>", NULL);
	struct address address;
	bool has_control = false;

	for (const char *at = text; *at != '\0'; at++)
		has_control = has_control || (*at > 0 && *at < ' ') || *at == 0x7f;
	if (address_read_from(from, &address, NULL))
		require(strcmp(address.spec, "bosai-staff1@town.example") == 0);
	else
		require(has_control);
	free(from);
	free(name);
}

/* What is typed is what an envelope would have, where one could. */
static void require_typed(const char *text, const struct address *path)
{
	struct address typed;
	const bool is_typed = address_typed_read(text, &typed, NULL);

	require(path == NULL || (is_typed && is_same(&typed, path)));
	if (is_typed)
		require_clean(&typed);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	char *text = fuzz_string(octets, length);
	struct address address, path;
	const bool is_path = address_read(text, &path, NULL);

	if (is_path) {
		require(!address_is_null(text));
		require_clean(&path);
		require_reads_back(&path);
		require_service(&path);
	}
	if (address_read_from(text, &address, NULL)) {
		require_clean(&address);
		require_reads_back(&address);
		require(!is_path || is_same(&address, &path));
	} else {
		require(!is_path);
	}
	require_typed(text, is_path ? &path : NULL);
	require_name_is_no_address(text);
	free(text);
	return 0;
}
