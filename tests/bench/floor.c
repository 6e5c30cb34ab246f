/*
 * NAME
 *	floor - the least that a milter can do, to measure kairan against
 *
 * DESCRIPTION
 *	floor SOCKET [COUNT]
 *
 *	Without COUNT it takes part in every conversation and does nothing. With COUNT, each
 *	message to fill-N@ANYTHING gets COUNT recipients added at its end, the N-th so many of
 *	"kN@phone.sink.example" and its like, which were made in memory before. A line on
 *	standard output says when the socket is open.
 *
 * DIAGNOSTICS
 *	Exits with 1 when the socket cannot be opened.
 */
#include <libmilter/mfapi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ADDRESS_OCTETS 48
#define FILL_MOST      1000000

static char (*floor_addresses)[ADDRESS_OCTETS];
static long floor_count;

static sfsistat on_rcpt(SMFICTX *context, char **argv)
{
	const char *fill = strstr(argv[0], "fill-");

	if (floor_count > 0 && fill != NULL)
		(void)smfi_setpriv(context, (void *)(strtol(fill + 5, NULL, 10) + 1));
	return SMFIS_CONTINUE;
}

static sfsistat on_end(SMFICTX *context)
{
	const long shard = (long)smfi_getpriv(context) - 1;

	(void)smfi_setpriv(context, NULL);
	for (long i = 0; shard >= 0 && i < floor_count; i++)
		if (smfi_addrcpt(context, floor_addresses[shard * floor_count + i]) !=
		    MI_SUCCESS)
			return SMFIS_TEMPFAIL;
	return SMFIS_CONTINUE;
}

static sfsistat on_header(SMFICTX *context, char *name, char *value)
{
	(void)context;
	(void)name;
	(void)value;
	return SMFIS_CONTINUE;
}

static sfsistat on_body(SMFICTX *context, unsigned char *piece, size_t length)
{
	(void)context;
	(void)piece;
	(void)length;
	return SMFIS_CONTINUE;
}

static bool make_addresses(void)
{
	static const char *const carriers[] = { "phone", "docomo", "mail" };

	floor_addresses = calloc(FILL_MOST, sizeof(*floor_addresses));
	if (floor_addresses == NULL)
		return false;
	for (long i = 0; i < FILL_MOST; i++)
		(void)snprintf(floor_addresses[i], ADDRESS_OCTETS,
			       "<k%ld@%s.sink.example>", i, carriers[i % 3]);
	return true;
}

int main(int argc, char **argv)
{
	struct smfiDesc filter = {
		.xxfi_name = "floor",
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = SMFIF_ADDRCPT,
		.xxfi_envrcpt = on_rcpt,
		.xxfi_header = on_header,
		.xxfi_body = on_body,
		.xxfi_eom = on_end,
	};
	char socket[512];

	if (argc < 2)
		return 64;
	floor_count = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
	(void)snprintf(socket, sizeof(socket), "unix:%s", argv[1]);
	(void)unlink(argv[1]);
	if ((floor_count > 0 && !make_addresses()) ||
	    smfi_setconn(socket) != MI_SUCCESS || smfi_register(filter) != MI_SUCCESS ||
	    smfi_opensocket(1) != MI_SUCCESS)
		return 1;
	(void)puts("ready");
	(void)fflush(stdout);
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
