# The private Sendmail. Sourced by quickstart. It offers what mta-postfix.sh does.
#
# Debian's packages of Postfix and Sendmail exclude each other, so Sendmail is unpacked in the
# build folder and not installed. It stands in a place of its own (sendmail_place.sh), with the log of
# its deliveries in log/maillog.log. Logins go through saslauthd, which
# binds to the same slapd as Dovecot does.

mta_shard_size=1000
mta_verp_method=shards
sendmail_root=$build/sendmail
sendmail=$sendmail_root/usr/libexec/sendmail/sendmail

mta_config_dir() {
	echo "$etc/sendmail"
}

mta_configure() {
	local name

	[ -x "$sendmail" ] || die 1 "there is no Sendmail in $sendmail_root: ./quickstart fetch"
	mkdir -p "$etc/sendmail" "$etc/sasl" "$stack/spool/mqueue/urgent" "$run/saslauthd"
	chmod 700 "$stack/spool/mqueue" "$stack/spool/mqueue/urgent"
	fill "$top/conf/sendmail/sendmail.mc.in" "$etc/sendmail/sendmail.mc"
	sendmail_list_companions >"$etc/sendmail/companions.m4"
	m4 -D_CF_DIR_="$sendmail_root/usr/share/sendmail/cf/" \
		"$sendmail_root/usr/share/sendmail/cf/m4/cf.m4" "$etc/sendmail/sendmail.mc" \
		>"$etc/sendmail/sendmail.cf" || die 1 "m4 does not make sendmail.cf"
	{
		cat "$top/conf/sendmail/mailertable"
		echo "town.example	people:town.example"
		echo ".sink.example	sink:sink.example"
		echo ".	error:5.1.2:550 this private server sends nothing to a network"
	} | grep -v '^#' >"$etc/sendmail/mailertable"
	people >"$etc/sendmail/people"
	printf 'hosts\tfiles\naliases\tfiles\n' >"$etc/sendmail/service.switch"
	: >"$stack/spool/statistics"
	sasl_configure
}

sendmail_list_companions() {
	local name

	for name in $(companions); do
		printf "define(\`kairan_OPEN%s', \`%s/open%s.sock')dnl\n" "${name^^}" "$run" "$name"
		[ "$name" != dmarc ] || echo "define(\`kairan_RESULTS', \`mail.town.example')dnl"
		printf "include(\`%s/conf/sendmail/%s.m4')dnl\n" "$top" "$name"
	done
}

sasl_configure() {
	cat >"$etc/sasl/Sendmail.conf" <<-TEXT
		pwcheck_method: saslauthd
		saslauthd_path: $run/saslauthd/mux
		mech_list: PLAIN LOGIN
	TEXT
	cat >"$etc/saslauthd.conf" <<-TEXT
		ldap_servers: $ldapi
		ldap_bind_dn: $dovecot_dn
		ldap_bind_pw: $dovecot_password
		ldap_search_base: ou=people,$base
		ldap_filter: (|(uid=%u)(mail=%u))
		ldap_auth_method: bind
	TEXT
	chmod 600 "$etc/saslauthd.conf"
}

mta_start() {
	port_must_be_free "$submission_port"
	port_must_be_free "$mx_port"
	mkdir -p "$run/saslauthd"
	process_spawn_helper mta /usr/sbin/saslauthd -a ldap -d -n 2 -c -t 1 -m "$run/saslauthd" \
		-O "$etc/saslauthd.conf"
	process_spawn_helper mta /usr/bin/python3 "$top/tests/stack/syslog.py" "$run/syslog" \
		"$log/maillog.log"
	process_spawn mta /bin/sh "$top/tests/stack/sendmail_place.sh" "$run" \
		"$sendmail" -C "$etc/sendmail/sendmail.cf" -bD -q2s -X "$log/sendmail.log"
}

mta_answers() {
	[ -S "$run/saslauthd/mux" ] && port_answers "$submission_port" QUIT &&
		port_answers "$mx_port" QUIT
}

mta_where() {
	echo "127.0.0.1:$submission_port (submission), 127.0.0.1:$mx_port (MX) [sendmail]"
}
