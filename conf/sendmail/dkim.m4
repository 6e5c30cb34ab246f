dnl # OpenDKIM stands before kairan, which changes nothing that is signed. In front of kairan.m4:
dnl #
dnl #	include(`dkim.m4')dnl
ifdef(`kairan_OPENDKIM',, `define(`kairan_OPENDKIM', `/run/opendkim/opendkim.sock')')dnl
INPUT_MAIL_FILTER(`opendkim', `S=unix:kairan_OPENDKIM, F=T, T=R:2m')dnl
