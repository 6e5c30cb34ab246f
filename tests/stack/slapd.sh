# The private slapd. Sourced by quickstart.

slapd_configure() {
	cp "$top/schema/kairan.ldif" "$etc/kairan.ldif"
	fill "$top/conf/slapd/config.ldif.in" "$etc/slapd.ldif"
	fill "$top/conf/slapd/town.ldif.in" "$etc/town.ldif"
	chmod 600 "$etc/slapd.ldif" "$etc/town.ldif"
	/usr/sbin/slapadd -n 0 -F "$etc/slapd.d" -l "$etc/slapd.ldif" ||
		die 1 "slapd does not take its configuration"
	chown -R "$stack_uid:$stack_gid" "$etc/slapd.d" "$stack/ldap"
	chmod 700 "$etc/slapd.d"
	printf '%s\n' "$kairan_password" >"$etc/ldap.password"
	chown "$stack_uid:$stack_gid" "$etc/ldap.password"
	chmod 400 "$etc/ldap.password"
}

# Through the server, so that ppolicy hashes the passwords and dates them. Relaxed, because
# the people of the sample town registered earlier than that.
slapd_load() {
	ldapadd -e relax -x -H "$ldapi" -D "$admin_dn" -w "$admin_password" -f "$etc/town.ldif" \
		>"$log/ldapadd.log" 2>&1 || {
		cat "$log/ldapadd.log" >&2
		die 1 "slapd does not take the sample town"
	}
	rm -f "$log/ldapadd.log"
}

slapd_start() {
	rm -f "$run/ldapi"
	# A debug level keeps it in the foreground.
	process_spawn slapd /usr/sbin/slapd -F "$etc/slapd.d" -h "$ldapi" -u "$stack_user" \
		-g "$(id -gn "$stack_user")" -d stats
}

slapd_answers() {
	ldapsearch -x -H "$ldapi" -s base -b '' -LLL namingContexts >/dev/null 2>&1
}

slapd_where() {
	echo "$ldapi"
}
