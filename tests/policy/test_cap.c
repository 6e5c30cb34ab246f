/*
 * NAME
 *	test_cap - values of the Common Alerting Protocol
 *
 * DESCRIPTION
 *	What is one of its values, and what only looks like one.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "policy/cap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_levels(void **state)
{
	static const char *const bad[] = {
		"",
		"Immediate",
		"Immediate, Severe",
		"Immediate, Severe, Unknown, Unknown",
		"immediate, Severe, Unknown",
		"Severe, Immediate, Unknown",
		"Immediate Severe Unknown",
		"Immediate, Severe, Very Likely",
		"Immediate, Severe, ",
	};
	struct cap_level level;

	(void)state;
	assert_true(cap_read_level("Immediate, Severe, Unknown", &level));
	assert_string_equal(level.urgency, "Immediate");
	assert_string_equal(level.severity, "Severe");
	assert_string_equal(level.certainty, "Unknown");
	assert_true(cap_read_level(" Past,Minor ,Observed", &level));
	assert_string_equal(level.urgency, "Past");
	assert_string_equal(level.severity, "Minor");
	assert_string_equal(level.certainty, "Observed");
	for (size_t i = 0; i < COUNT(bad); i++)
		if (cap_read_level(bad[i], &level))
			fail_msg("%s is taken", bad[i]);
}

static void test_categories(void **state)
{
	static const char *const bad[] = {
		"bosai",
		"Safety",
		"bosai safety",
		"bosai Safety,",
		"bosai Saf ety",
		"bosai: Safety",
		",",
		"bosai Safety Met",
	};
	static const char text[] = "bosai Safety, kosodate\tHealth ,* Infra";

	(void)state;
	assert_true(cap_categories_are_fit(""));
	assert_true(cap_categories_are_fit(text));
	for (size_t i = 0; i < COUNT(bad); i++)
		if (cap_categories_are_fit(bad[i]))
			fail_msg("%s is taken", bad[i]);
	assert_string_equal(cap_find_category(text, "bosai"), "Safety");
	assert_string_equal(cap_find_category(text, "kosodate"), "Health");
	assert_string_equal(cap_find_category(text, "bosa"), "Infra");
	assert_null(cap_find_category("bosai Safety", "kosodate"));
	assert_null(cap_find_category("", "bosai"));
	/* It does not matter where the others stand. */
	assert_string_equal(cap_find_category("* Other, bosai Met", "bosai"), "Met");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_categories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
