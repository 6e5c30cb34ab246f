dnl # (kairan) What Sendmail needs for kairan. Copy it beside sendmail.mc, and put into that,
dnl # behind FEATURE(`mailertable'), the line
dnl #
dnl #	include(`kairan.m4')dnl
dnl #
dnl # with these before it where they are other than here:
dnl #
dnl #	define(`kairan_SOCKET', `/run/kairan/milter.sock')dnl
dnl #	define(`kairan_CTL', `/usr/sbin/kairanctl')dnl
dnl #	define(`kairan_CONF', `/etc/kairan/kairan.conf')dnl
dnl #	define(`kairan_USER', `kairan:kairan')dnl
dnl #	define(`kairan_URGENT', `/var/spool/mqueue/urgent')dnl
dnl #
dnl # The last is a folder below the queue's (QUEUE_DIR), with its owner and mode; Sendmail does not
dnl # start without it. Then the lines of `mailertable' into the mailertable, and RELAY_DOMAIN(`info.town.example').
divert(-1)
ifdef(`kairan_SOCKET',, `define(`kairan_SOCKET', `/run/kairan/milter.sock')')
ifdef(`kairan_CTL',, `define(`kairan_CTL', `/usr/sbin/kairanctl')')
ifdef(`kairan_CONF',, `define(`kairan_CONF', `/etc/kairan/kairan.conf')')
ifdef(`kairan_USER',, `define(`kairan_USER', `kairan:kairan')')
ifdef(`kairan_URGENT',, `define(`kairan_URGENT', `/var/spool/mqueue/urgent')')
dnl # Urgent mail, by its sender, has a queue of its own: what waits there is tried more often, by
dnl # runners of its own, whatever the other queue has. All recipients of a mail are in it, and no
dnl # "r=" may part them: kairan takes its receipt as proof that all of them are queued.
QUEUE_GROUP(`urgent', `P=kairan_URGENT, F=f, I=10s, R=4')
divert(0)dnl
# F=T: while kairan is away, mail waits at the sender's side. Without it Sendmail would go on
# as if there were no filter.
INPUT_MAIL_FILTER(`kairan', `S=unix:kairan_SOCKET, F=T, T=C:30s;S:60s;R:60s;E:300s')dnl
dnl Who is logged in, and the queue id, at MAIL: kairan defers all drafts without them.
define(`confMILTER_MACROS_ENVFROM', `i, {auth_type}, {auth_authen}, {auth_ssf}, {auth_author}, {mail_mailer}, {mail_host}, {mail_addr}, {client_addr}')dnl
define(`confMILTER_MACROS_EOM', `i, {msg_id}')dnl
dnl What carriers take in one session, where sendmail.mc says nothing else (see carriers.sample).
ifdef(`SMTP_MAILER_MAXRCPTS',, `define(`SMTP_MAILER_MAXRCPTS', `100')')dnl
ifdef(`SMTP_MAILER_MAXMSGS',, `define(`SMTP_MAILER_MAXMSGS', `1')')dnl
dnl A broadcast is handed over with each subscriber as a recipient of its own.
define(`confMAX_RCPTS_PER_MESSAGE', `0')dnl
LOCAL_CONFIG
# kairan's envelope senders of urgent mail (INSTALL, 5b).
Kkairan_urgent regex -aURGENT ^<?bounce[-+.]u[a-z][0-9.]+@
LOCAL_RULESETS
# Which queue, for each recipient; asked for the sender alone.
Squeuegroup
R$*			$: $(kairan_urgent $&f $: $1 $)
RURGENT			$# urgent
MAILER_DEFINITIONS
# Behind broadcast and service addresses, so that mail which came past the filter is refused,
# and that receipts, bounces and what the machine writes to postmaster@ arrive.
Mkairan,	P=kairan_CTL, F=lnuhDFM, S=EnvFromSMTP, R=EnvToSMTP, E=\n, U=kairan_USER,
		T=DNS/RFC822/X-Unix,
		A=kairanctl -c kairan_CONF deliver --sender $g --recipient $u --queue-id $i
