# A PostgreSQL for the store, for --store postgres. Sourced by quickstart.
#
# It need not wait for the disk: what a killed server has written stays with the system.

store_servers() {
	[ "$stack_store" = sqlite ] || echo postgres
}

check_store() {
	case $1 in
	'' | sqlite | postgres) ;;
	*) die 64 "--store $1: the store is on sqlite or postgres" ;;
	esac
}

# The newest one that is installed.
postgres_bin() {
	printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1
}

postgres_configure() {
	[ "$stack_store" = postgres ] || return 0
	mkdir -p "$store/postgres" && chown "$stack_uid:$stack_gid" "$store/postgres" &&
		as_stack_user "$(postgres_bin)/initdb" -D "$store/postgres" -U kairan -A trust -N \
			-E UTF8 --locale=C >>"$log/setup.log" 2>&1 || die 1 "initdb failed"
	cat >>"$store/postgres/postgresql.conf" <<-TEXT
		unix_socket_directories = '$run'
		listen_addresses = ''
		fsync = off
	TEXT
}

postgres_start() {
	process_spawn postgres setpriv --reuid="$stack_uid" --regid="$stack_gid" --clear-groups \
		"$(postgres_bin)/postgres" -D "$store/postgres"
}

postgres_answers() {
	"$(postgres_bin)/pg_isready" -q -h "$run" -U kairan
}

postgres_where() {
	echo "$run/.s.PGSQL.5432"
}
