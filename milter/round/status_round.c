/*
 * NAME
 *	status_round - figures for Prometheus
 *
 * DESCRIPTION
 *	Collects the status as `kairanctl status` does, and writes it to prometheus_file.
 *
 * DIAGNOSTICS
 *	Warning: the file cannot be written.
 */
#include "config.h"

#include "milter/round/status_round.h"

#include "conf/log.h"
#include "milter/round/status.h"

/* As long as nobody wants the file, to see when somebody does. */
#define IDLE_SECONDS 3600

int64_t status_round_walk(struct kairan *kairan, const struct setup *setup, int64_t now)
{
	struct status status;
	struct kairan_error error = { "" };

	if (*setup->settings->prometheus_file == '\0')
		return now + IDLE_SECONDS;
	status_collect(setup, kairan_get_store(kairan), &status);
	if (!status_write_prometheus(setup, &status, &error))
		log_warning("%s", error.text);
	return now + setup->settings->snapshot_refresh;
}
