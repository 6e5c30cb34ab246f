#!/bin/sh
# schema-update.sh DN FILE: the LDIF that puts the classes and attributes of a kairan.ldif in
# the place of those that a directory got from an older one. DN is the older one's:
#
#	ldapsearch -QLLLY EXTERNAL -H ldapi:/// -b cn=schema,cn=config '(cn=*kairan)' dn
#	sh schema-update.sh 'cn={4}kairan,cn=schema,cn=config' kairan.ldif |
#		ldapmodify -QY EXTERNAL -H ldapi:///
set -e
[ $# -eq 2 ] && [ -r "$2" ] || { echo "usage: schema-update.sh DN FILE" >&2; exit 64; }
printf 'dn: %s\nchangetype: modify\nreplace: olcAttributeTypes\n' "$1"
sed -n -e '/^#/d' -e '/^olcObjectClasses:/q' -e '/^olcAttributeTypes:/,$p' "$2"
printf -- '-\nreplace: olcObjectClasses\n'
sed -n -e '/^#/d' -e '/^olcObjectClasses:/,$p' "$2"
