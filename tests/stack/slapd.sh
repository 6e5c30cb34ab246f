# The private slapd. Sourced by quickstart. KAIRAN_SLAPD_URLS: where it listens beside its socket.

slapd_configure() {
	cp "$top/schema/kairan.ldif" "$etc/kairan.ldif"
	fill "$top/conf/slapd/config.ldif.in" "$etc/slapd.ldif"
	fill "$top/conf/slapd/town.ldif.in" "$etc/town.ldif"
	slapd_adapt overlays.ldif access.ldif tree.ldif
	chmod 600 "$etc"/{slapd,town,tree}.ldif
	mkdir "$stack/ldap/accesslog"
	/usr/sbin/slapadd -n 0 -F "$etc/slapd.d" -l "$etc/slapd.ldif" ||
		die 1 "slapd does not take its configuration"
	chown -R "$stack_uid:$stack_gid" "$etc/slapd.d" "$stack/ldap"
	chmod 700 "$etc/slapd.d"
	printf '%s\n' "$kairan_password" >"$etc/ldap.password"
	chown "$stack_uid:$stack_gid" "$etc/ldap.password"
	chmod 400 "$etc/ldap.password"
}

# The files for a directory that exists, with the stack's folder and passwords in them.
slapd_adapt() {
	local name

	for name in "$@"; do
		sed -e "s|dc=town,dc=example|$base|g" -e "s|kairan-pass|$kairan_password|" \
			-e "s|dovecot-pass|$dovecot_password|" \
			-e "s|/var/lib/ldap/accesslog|$stack/ldap/accesslog|" \
			"$top/conf/slapd/$name" >"$etc/$name" || die 1 "cannot write $etc/$name"
	done
}

slapd_apply() {
	"$@" -x -H "$ldapi" -D "$admin_dn" -w "$admin_password" >>"$log/setup.log" 2>&1 || {
		cat "$log/setup.log" >&2
		die 1 "slapd does not take this: $*"
	}
}

# Through the server, so that ppolicy hashes the passwords and dates them. Relaxed, because
# the people of the sample town registered earlier than that.
slapd_load() {
	slapd_apply ldapadd -f "$etc/overlays.ldif"
	slapd_apply ldapmodify -f "$etc/access.ldif"
	slapd_apply ldapadd -e relax -f "$etc/town.ldif"
}

slapd_start() {
	rm -f "$run/ldapi"
	# A debug level keeps it in the foreground.
	process_spawn slapd /usr/sbin/slapd -F "$etc/slapd.d" -h "$ldapi${KAIRAN_SLAPD_URLS:+ $KAIRAN_SLAPD_URLS}" -u "$stack_user" \
		-g "$(id -gn "$stack_user")" -d stats
}

slapd_answers() {
	ldapsearch -x -H "$ldapi" -s base -b '' -LLL namingContexts >/dev/null 2>&1
}

slapd_where() {
	echo "$ldapi"
}
