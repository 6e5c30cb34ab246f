/*
 * What rules found in a draft, on its way to the writer's mail: kept in the outbox as JSON,
 * and written in the reader's language.
 */
#ifndef KAIRAN_MILTER_DRAFT_FINDINGS_H
#define KAIRAN_MILTER_DRAFT_FINDINGS_H

#include <glib.h>
#include <jansson.h>

#include "milter/core/kairan.h"
#include "policy/finding.h"

/* The findings that refuse (array of struct finding) as a JSON array in text: the first ones
 * in full, and the number of the others. One about the whole draft is left out when it is the
 * first, since the refusal itself says it. Free with free(). */
char *draft_findings_pack(const GPtrArray *findings);

/* The packed findings as lines "・where: what -> what to write"; "" when there are none or
 * they cannot be read. Free with g_free(). */
char *draft_findings_write(const struct setup *setup, const char *language,
			   const char *packed);

/* Those of the findings that only warn, as draft->warnings has them
 * (milter/draft/warnings.h). Free with g_free(). */
char *draft_findings_pack_warnings(const GPtrArray *findings);

#endif
