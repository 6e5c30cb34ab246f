/*
 * The people of a section, as far as rules compare them, and all people with a duty.
 */
#ifndef KAIRAN_SCHEMA_DIRECTORY_PEOPLE_H
#define KAIRAN_SCHEMA_DIRECTORY_PEOPLE_H

#include "schema/directory.h"

struct section_people; /* owns what struct section_duties points into */

/* Look up everybody whom the section names, and author ("": nobody), who may not be in it any
 * more; everybody else who has a mail address of theirs; and which delegates other sections
 * name too. False: could not ask. Free with section_people_free(). */
bool directory_find_people(struct directory *directory, const struct section *section,
			   const char *author, struct section_people **people_r,
			   struct kairan_error *error_r);
/* The same once more; each is freed. */
struct section_people *section_people_share(struct section_people *people);
void section_people_free(struct section_people *people);

/* A section (directory_find_section()) with its people. Who its people are may be remembered, as
 * long as the directory says that it is the same (schema/directory_staffed.c); their passwords'
 * state is then not that of this moment. Where the answer is not YES, nothing is returned. */
enum answer directory_find_staffed(struct directory *directory, const char *dn,
				   const char *author, struct section **section_r,
				   struct section_people **people_r,
				   struct kairan_error *error_r);

/* One of them; NULL for somebody who does not exist. */
const struct person *section_people_find(const struct section_people *people,
					 const char *dn);

/* The section with its people as policy/duties.h wants it; points into both. */
struct section_duties section_people_as_duties(const struct section *section,
					       const struct section_people *people);

/* Every approver, delegate and staff member, each once, likewise. */
bool directory_list_holders(struct directory *directory, GPtrArray **people_r,
			    struct kairan_error *error_r);

/* Every approver, delegate, staff member and system administrator, each once: a new array of
 * struct person. A section that cannot be understood is left out with a warning. */
bool directory_list_people(struct directory *directory, GPtrArray **people_r,
			   struct kairan_error *error_r);

#endif
