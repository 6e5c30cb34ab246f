# What stands beside the MTA in many towns: OpenDKIM, OpenDMARC, and a DNS for both. Sourced by
# quickstart, for --with dkim and --with dmarc.
#
# They ask a DNS of their own, in a network that has nothing but a loopback: the DNS makes it, and
# the others enter it. There it has the addresses of those that this machine asks, so that no
# settings of the machine are in the way. Their sockets are files, which every network reaches.

# Which of them this stack has, in the order in which a mail passes them. OpenDMARC reads what
# OpenDKIM has found.
companions() {
	case ,$stack_with, in
	*,dmarc,*) echo dkim dmarc ;;
	*,dkim,*) echo dkim ;;
	esac
}

# Their servers, in the order in which they start.
companion_servers() {
	[ -z "$(companions)" ] || echo dns $(companions)
}

check_companions() {
	local name

	for name in ${1//,/ }; do
		case $name in
		dkim | dmarc) ;;
		*) die 64 "--with $name: the companions are dkim and dmarc" ;;
		esac
	done
}

# Keys of the service domain, and of the town's other mail system: an approver outside writes
# by that.
companions_configure() {
	local domain

	[ -n "$stack_with" ] || return 0
	for domain in info.town.example town.example; do
		mkdir -p "$etc/dkim/$domain"
		opendkim-genkey -D "$etc/dkim/$domain" -d "$domain" -s kairan -b 2048 ||
			die 1 "opendkim-genkey does not make the key of $domain"
	done
	mv "$etc/dkim/info.town.example"/* "$etc/dkim"
	chown -R "$stack_uid:$stack_gid" "$etc/dkim"
	fill "$top/conf/opendkim/opendkim.conf.in" "$etc/opendkim.conf"
	fill "$top/conf/opendmarc/opendmarc.conf.in" "$etc/opendmarc.conf"
	dns_configure
}

# A TXT record of a zone as dnsmasq wants it: its strings, with commas between.
dns_strings() {
	grep -o '"[^"]*"' "$1" | paste -sd,
}

dns_configure() {
	cat >"$etc/dnsmasq.conf" <<-TEXT
		no-resolv
		no-hosts
		local=/#/
		user=$stack_user
		group=$(id -gn "$stack_user")
		pid-file=
		log-facility=-
		txt-record=kairan._domainkey.info.town.example,$(dns_strings "$etc/dkim/kairan.txt")
		txt-record=kairan._domainkey.town.example,$(dns_strings "$etc/dkim/town.example/kairan.txt")
		txt-record=kairan._domainkey.phone.sink.example,$(dns_strings "$etc/dkim/town.example/kairan.txt")
		txt-record=_dmarc.town.example,"v=DMARC1; p=reject"
	TEXT
}

# What stands in the network of a DNS that is gone would ask nobody.
dns_start() {
	process_end dmarc
	process_end dkim
	process_spawn dns unshare --net /bin/sh -c '
		/usr/bin/python3 "$1" && exec /usr/sbin/dnsmasq --keep-in-foreground --conf-file="$2"
	' sh "$parts/loopback.py" "$etc/dnsmasq.conf"
}

# Run a command where the DNS is.
beside_dns() {
	nsenter --net --target "$(process_pid dns)" "$@"
}

dns_answers() {
	beside_dns bash -c '{ exec 8<>/dev/tcp/127.0.0.1/53; } 2>/dev/null'
}

dns_where() {
	echo "127.0.0.1:53 in a network of its own"
}

dkim_start() {
	await_server dns
	rm -f "$run/opendkim.sock"
	process_spawn dkim nsenter --net --target "$(process_pid dns)" \
		/usr/sbin/opendkim -f -x "$etc/opendkim.conf"
}

dkim_answers() {
	milter_answers_on "$run/opendkim.sock"
}

dkim_where() {
	echo "$run/opendkim.sock"
}

dmarc_start() {
	await_server dns
	rm -f "$run/opendmarc.sock"
	process_spawn dmarc nsenter --net --target "$(process_pid dns)" \
		/usr/sbin/opendmarc -f -c "$etc/opendmarc.conf"
}

dmarc_answers() {
	milter_answers_on "$run/opendmarc.sock"
}

dmarc_where() {
	echo "$run/opendmarc.sock"
}
