/*
 * Who runs kairanctl: the user id for the audit trail (Art. 8).
 */
#ifndef KAIRAN_CTL_CTL_OPERATOR_H
#define KAIRAN_CTL_CTL_OPERATOR_H

/* The login of the person, not the account that sudo(8) or su(1) gave them. Never NULL;
 * stays as it is while the program runs. */
const char *ctl_operator_uid(void);

#endif
