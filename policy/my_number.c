/*
 * NAME
 *	my_number - individual numbers have a check digit
 *
 * DESCRIPTION
 *	Eleven digits are weighted from the right: 2 to 7, then 2 to 6. The check digit is 11
 *	less the remainder of their sum by 11, and 0 where that would have two digits. So one
 *	of eleven wrong numbers passes, and a telephone number rarely does.
 *
 * DIAGNOSTICS
 *	None.
 */
#include "policy/my_number.h"

#include <unistr.h>

#define NUMBER_DIGITS 12

static int read_digit(ucs4_t character)
{
	if (character >= '0' && character <= '9')
		return (int)(character - '0');
	if (character >= 0xff10 && character <= 0xff19)
		return (int)(character - 0xff10);
	return -1;
}

static int find_check_digit(const int *digits)
{
	int sum = 0;

	for (int n = 1; n < NUMBER_DIGITS; n++)
		sum += digits[NUMBER_DIGITS - 1 - n] * (n <= 6 ? n + 1 : n - 5);
	return sum % 11 <= 1 ? 0 : 11 - sum % 11;
}

bool my_number_is_valid(const char *utf8, size_t length)
{
	int digits[NUMBER_DIGITS];
	size_t count = 0;

	for (size_t i = 0; i < length;) {
		ucs4_t character;
		int digit;

		i += (size_t)u8_mbtouc(&character, (const uint8_t *)utf8 + i, length - i);
		digit = read_digit(character);
		if (digit < 0)
			continue;
		if (count == NUMBER_DIGITS)
			return false;
		digits[count++] = digit;
	}
	return count == NUMBER_DIGITS &&
	       digits[NUMBER_DIGITS - 1] == find_check_digit(digits);
}
