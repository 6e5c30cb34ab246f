/*
 * NAME
 *	policy_alone - the whole of policy, linked with nothing that does I/O
 *
 * DESCRIPTION
 *	Never run for its result: that it links is the test (policy/policy.am).
 */
#include "policy/lifecycle.h"

int main(void)
{
	return lifecycle_allows(DRAFT_HELD, DRAFT_APPROVED) ? 0 : 1;
}
