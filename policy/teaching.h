/*
 * The phrase by which people say that all that follows is a signature.
 */
#ifndef KAIRAN_POLICY_TEACHING_H
#define KAIRAN_POLICY_TEACHING_H

/* Where, in this line (UTF-8), the phrase begins that ends it (以下署名, signature below); NULL when
 * it does not end with one. */
const char *teaching_find(const char *line);

#endif
