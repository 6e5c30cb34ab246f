# The private Dovecot. Sourced by quickstart. Its 2.4 has another language for its settings
# than 2.3, and does not start with a word of the other.

dovecot_language() {
	case $(/usr/sbin/dovecot --version) in
	2.[0-3].*) echo 2.3 ;;
	*) echo 2.4 ;;
	esac
}

dovecot_configure() {
	local folder name

	folder=$top/conf/dovecot/$(dovecot_language)
	for name in $(cd "$folder" && ls ./*.in); do
		fill "$folder/$name" "$etc/${name%.in}"
		chmod 600 "$etc/${name%.in}"
	done
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
