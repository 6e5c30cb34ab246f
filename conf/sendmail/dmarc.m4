dnl # OpenDMARC reads what OpenDKIM has found, and kairan what OpenDMARC has. Behind dkim.m4, and in
dnl # front of kairan.m4, with the authserv_id of kairan.conf:
dnl #
dnl #	define(`kairan_RESULTS', `mail.town.example')dnl
dnl #	include(`dmarc.m4')dnl
ifdef(`kairan_OPENDMARC',, `define(`kairan_OPENDMARC', `/run/opendmarc/opendmarc.sock')')dnl
INPUT_MAIL_FILTER(`opendmarc', `S=unix:kairan_OPENDMARC, F=T, T=R:2m')dnl
dnl Who wrote a mail is said by this mail system's own filters alone. A mail that brings such a
dnl result along is refused: OpenDMARC leaves it in, and adds none to what comes from this machine.
LOCAL_CONFIG
Kresults regex -a@OURS patsubst(kairan_RESULTS, `\.', `[.]')|^[^;]*[\]
HAuthentication-Results: $>+CheckResults
LOCAL_RULESETS
SCheckResults
R$*	$: $(results $1 $)
R$*@OURS	$#error $@ 5.7.1 $: "553 5.7.1 results of ours come along with this mail"
divert(0)dnl
