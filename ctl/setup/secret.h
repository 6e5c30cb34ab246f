/*
 * Passwords that setup makes.
 */
#ifndef KAIRAN_CTL_SETUP_SECRET_H
#define KAIRAN_CTL_SETUP_SECRET_H

/* 96 random bits as 24 characters 0-9 and a-f. Free with g_free(). */
char *secret_make(void);

#endif
