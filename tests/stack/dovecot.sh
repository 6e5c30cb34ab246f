# The private Dovecot. Sourced by quickstart.

dovecot_configure() {
	fill "$top/conf/dovecot/dovecot.conf.in" "$etc/dovecot.conf"
	fill "$top/conf/dovecot/dovecot-ldap.conf.ext.in" "$etc/dovecot-ldap.conf.ext"
	chmod 600 "$etc/dovecot-ldap.conf.ext"
}

dovecot_start() {
	port_must_be_free "$imap_port"
	rm -rf "$run/dovecot" "$run/dovecot-auth"
	mkdir -p "$run/dovecot"
	process_spawn dovecot /usr/sbin/dovecot -F -c "$etc/dovecot.conf"
}

dovecot_list_children() {
	local pid

	for pid in $(find /proc/[0-9]* -maxdepth 1 -name exe \( -lname '/usr/lib/dovecot/*' \
		-o -lname '/usr/sbin/dovecot*' \) 2>/dev/null | cut -d/ -f3); do
		case $(readlink "/proc/$pid/cwd") in
		"$stack"/*) echo "$pid" ;;
		esac
	done
}

dovecot_answers() {
	[ -S "$run/dovecot-auth" ] && port_answers "$imap_port" "a logout"
}

dovecot_where() {
	echo "127.0.0.1:$imap_port (IMAP)"
}
