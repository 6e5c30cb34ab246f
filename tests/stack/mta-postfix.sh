# The private Postfix. Sourced by quickstart. A second MTA offers the same functions.

mta_shard_size=20000
mta_verp_method=xverp

mta_config_dir() {
	echo "$etc/postfix"
}

mta_configure() {
	local name

	for name in main.cf master.cf; do
		fill "$top/conf/postfix/$name.in" "$etc/postfix/$name"
	done
	cp "$top/conf/postfix"/{transport,verp,urgent,results,sink_domains,sink_mailboxes,sink_transport} "$etc/postfix"
	for name in $(people); do
		printf '%s\t%s/\n' "$name" "$name"
	done >"$etc/postfix/people"
	postfix_make_folders
	postfix_add_companions
}

# Their lines of main.cf, in place of those that are there.
postfix_add_companions() {
	local name line

	for name in $(companions); do
		fill "$top/conf/postfix/$name.cf.in" "$etc/postfix/$name.cf"
		grep -v '^#' "$etc/postfix/$name.cf" | while read -r line; do
			postconf -c "$etc/postfix" -e "$line"
		done
	done
}

# What post-install would make, in our own place.
postfix_make_folders() {
	local name spool=$stack/spool

	mkdir -p "$spool/pid" "$stack/postfix"
	chown postfix "$stack/postfix"
	chmod 700 "$stack/postfix"
	for name in active bounce corrupt defer deferred flush hold incoming private saved trace; do
		mkdir -p "$spool/$name"
		chown postfix "$spool/$name"
		chmod 700 "$spool/$name"
	done
	for name in maildrop:1730 public:2710; do
		mkdir -p "$spool/${name%:*}"
		chown postfix:postdrop "$spool/${name%:*}"
		chmod "${name#*:}" "$spool/${name%:*}"
	done
	: >"$log/postfix.log"
	chown postfix "$log/postfix.log"
}

# -s: as postfix start-fg does, so that its process id is the one that was recorded.
mta_start() {
	port_must_be_free "$submission_port"
	port_must_be_free "$mx_port"
	process_spawn mta /usr/lib/postfix/sbin/master -s -c "$etc/postfix"
}

mta_answers() {
	port_answers "$submission_port" QUIT && port_answers "$mx_port" QUIT
}

mta_where() {
	echo "127.0.0.1:$submission_port (submission), 127.0.0.1:$mx_port (MX) [postfix]"
}
