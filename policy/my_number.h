/*
 * Individual numbers (個人番号) have a check digit.
 */
#ifndef KAIRAN_POLICY_MY_NUMBER_H
#define KAIRAN_POLICY_MY_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/* Are the digits in this text (UTF-8; half or full width, others are skipped) an individual
 * number: twelve, the last of which is right for the others (Ordinance of the Ministry of
 * Internal Affairs and Communications No. 85 of 2014, Art. 5)? */
bool my_number_is_valid(const char *utf8, size_t length);

#endif
