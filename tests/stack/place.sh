# Folders, users and settings of the stack. Sourced by quickstart.
#
# $stack_link  where the contract says it is: build/stack, or KAIRAN_STACK_DIR
# $stack       where it really is. The servers give up root, so they must be able to enter
#              every folder on the way, and unix sockets allow no more than 107 octets. Where
#              the checkout stands in such a place (below /root, say), build/stack is a link
#              to a folder in /var/tmp.

readonly base=dc=town,dc=example
readonly admin_dn=cn=admin,$base
readonly admin_group=cn=kairan-admins,ou=groups,$base
readonly kairan_dn=cn=kairan,ou=services,$base
readonly dovecot_dn=cn=dovecot,ou=services,$base

place_name() {
	local parent

	stack_link=${KAIRAN_STACK_DIR:-$build/stack}
	[ "${stack_link#/}" != "$stack_link" ] || stack_link=$PWD/$stack_link
	parent=$(dirname "$stack_link")
	[ ! -d "$parent" ] || stack_link=$(cd "$parent" && pwd -P)/$(basename "$stack_link")
}

place_exists() {
	[ -d "$stack_link" ]
}

# Whom kairan and the mailboxes belong to: the caller behind sudo, or the checkout's owner,
# so that they can read what the servers write; never root.
choose_user() {
	local owner

	owner=$(stat -c %U "$top")
	stack_user=${KAIRAN_STACK_USER:-}
	[ -n "$stack_user" ] || stack_user=${SUDO_USER:-root}
	[ "$stack_user" != root ] || stack_user=$owner
	case $stack_user in
	root | UNKNOWN) stack_user=nobody ;;
	esac
	stack_uid=$(id -u "$stack_user") && stack_gid=$(id -g "$stack_user") ||
		die 1 "there is no user $stack_user"
	[ "$stack_uid" -ne 0 ] || die 64 "KAIRAN_STACK_USER must not be root"
}

as_stack_user() {
	setpriv --reuid="$stack_uid" --regid="$stack_gid" --clear-groups "$@"
}

# Can the users that the servers become enter this folder?
can_be_entered() {
	local user

	for user in "$stack_uid" "$(id -u postfix)" "$(id -u dovenull)"; do
		setpriv --reuid="$user" --regid="$stack_gid" --clear-groups test -x "$1" || return 1
	done
}

place_is_fit() {
	[[ ${#stack_link} -le 60 && $stack_link =~ ^[A-Za-z0-9/._+-]+$ ]] &&
		can_be_entered "$(dirname "$stack_link")"
}

place_make() {
	local folder

	mkdir -p "$(dirname "$stack_link")" || die 1 "cannot make $stack_link"
	choose_user
	# Another quickstart may be faster; place_open() then meets it at the lock.
	if place_is_fit; then
		mkdir "$stack_link" 2>/dev/null || place_exists || die 1 "cannot make $stack_link"
		return
	fi
	folder=$(mktemp -d /var/tmp/kairan-XXXXXX) || die 1 "cannot make a folder in /var/tmp"
	chmod 755 "$folder"
	ln -sT "$folder" "$stack_link" 2>/dev/null || {
		rmdir "$folder"
		place_exists || die 1 "cannot make $stack_link"
	}
}

# Make the place if need be, lock it against a second quickstart, and load its settings.
place_open() {
	while :; do
		place_exists || place_make
		{ exec 9<"$stack_link/."; } 2>/dev/null || continue
		flock 9
		# The one who held the lock may have removed the folder.
		[ /dev/fd/9 -ef "$stack_link/." ] && break
	done
	[ -e "$stack_link/settings" ] || place_settle
	place_load
}

random_word() {
	od -An -N12 -tx1 /dev/urandom | tr -d ' \n'
}

# Decide everything that stays as it is until `down`.
place_settle() {
	choose_user
	stack=$(readlink -f "$stack_link")
	mkdir -p "$stack"/{pid,run,log}
	bin=$build
	templates=$top/conf/templates
	if ! can_be_entered "$build" || ! can_be_entered "$top"; then
		bin=$stack/bin
		templates=$stack/templates
	fi
	cat >"$stack/settings.new" <<TEXT
stack=$stack
stack_id=$(random_word)
stack_mta=${mta_wanted:-postfix}
stack_with=$with_wanted
stack_store=${store_wanted:-sqlite}
stack_user=$stack_user
stack_uid=$stack_uid
stack_gid=$stack_gid
submission_port=${KAIRAN_SUBMISSION_PORT:-2587}
mx_port=${KAIRAN_MX_PORT:-2525}
imap_port=${KAIRAN_IMAP_PORT:-2143}
admin_password=$(random_word)
kairan_password=$(random_word)
dovecot_password=$(random_word)
bin=$(printf %q "$bin")
templates=$(printf %q "$templates")
TEXT
	chmod 600 "$stack/settings.new"
	mv "$stack/settings.new" "$stack/settings"
}

place_load() {
	local name

	[ -r "$stack_link/settings" ] || become_root "${command:-status}"
	stack_with= stack_store=sqlite
	. "$stack_link/settings"
	run=$stack/run etc=$stack/etc log=$stack/log store=$stack/store mail=$stack/mail
	ldapi=ldapi://$(printf %s "$run/ldapi" | sed 's,/,%2F,g')
	clock=$stack/clock
	conf=$etc/kairan.conf
	pids=$stack/pid
	[ "$stack_mta" = "${mta_wanted:-$stack_mta}" ] ||
		die 64 "this stack runs $stack_mta; run 'down' first to start it with $mta_wanted"
	[ "$stack_with" = "${with_wanted:-$stack_with}" ] ||
		die 64 "this stack runs with ${stack_with:-no companions}; run 'down' first to start" \
			"it with $with_wanted"
	[ "$stack_store" = "${store_wanted:-$stack_store}" ] ||
		die 64 "this stack has its store on $stack_store; run 'down' first to start it on" \
			"$store_wanted"
	. "$parts/mta-$stack_mta.sh"
	store_setting="store_path = \"$store/kairan.db\""
	[ "$stack_store" = sqlite ] ||
		store_setting="store = \"postgresql:///postgres?host=$run\&user=kairan\""
	servers=($(store_servers) slapd dovecot $(companion_servers) mta milter)
	[ "${command:-}" = up ] || return 0
	for name in submission_port mx_port imap_port; do
		place_compare_port "$name" "KAIRAN_${name^^}"
	done
}

place_compare_port() {
	[ -z "${!2:-}" ] || [ "${!2}" = "${!1}" ] ||
		warn "$2=${!2} has no effect: this stack was set up with ${!1}"
}

# fill TEMPLATE RESULT: put the settings into a template.
fill() {
	sed -e "s|@RUN@|$run|g" -e "s|@ETC@|$etc|g" -e "s|@LOG@|$log|g" \
		-e "s|@MAIL@|$mail|g" -e "s|@STORE@|$store|g" -e "s|@SPOOL@|$stack/spool|g" \
		-e "s|@POSTFIX_DATA@|$stack/postfix|g" -e "s|@LDAP_DATA@|$stack/ldap|g" \
		-e "s|@CLOCK@|$clock|g" -e "s|@CONF@|$conf|g" -e "s|@LDAPI@|$ldapi|g" \
		-e "s|@USER@|$stack_user|g" -e "s|@UID@|$stack_uid|g" -e "s|@GID@|$stack_gid|g" \
		-e "s|@SUBMISSION_PORT@|$submission_port|g" -e "s|@MX_PORT@|$mx_port|g" \
		-e "s|@IMAP_PORT@|$imap_port|g" -e "s|@BASE@|$base|g" \
		-e "s|@ADMIN_DN@|$admin_dn|g" -e "s|@ADMIN_GROUP@|$admin_group|g" \
		-e "s|@ADMIN_PASSWORD@|$admin_password|g" -e "s|@KAIRAN_DN@|$kairan_dn|g" \
		-e "s|@KAIRAN_PASSWORD@|$kairan_password|g" -e "s|@DOVECOT_DN@|$dovecot_dn|g" \
		-e "s|@DOVECOT_PASSWORD@|$dovecot_password|g" -e "s|@KAIRANCTL@|$bin/kairanctl|g" \
		-e "s|@TEMPLATES@|$templates|g" -e "s|@SHARD_SIZE@|$mta_shard_size|g" \
		-e "s|@STORE_SETTING@|$store_setting|g" -e "s|@TOP@|$top|g" -e "s|@VERP_METHOD@|$mta_verp_method|g" \
		-e "s|@MTA_CONFIG@|$(mta_config_dir)|g" \
		"$1" >"$2" || die 1 "cannot write $2"
}

# The addresses of the sample town's people.
people() {
	sed -n 's/^mail: \(.*@town\.example\)$/\1/p' "$top/conf/slapd/town.ldif.in"
}

find_taken_port() {
	local name

	for name in submission_port mx_port imap_port; do
		! port_is_taken "${!name}" || {
			echo "port ${!name} is in use by another program; choose another with" \
				"KAIRAN_${name^^}"
			return
		}
	done
}

make_maildir() {
	mkdir -p "$1"/{new,cur,tmp} && chown -R "$stack_uid:$stack_gid" "$1"
}

# A set-up that was interrupted is begun anew, with the ports that are asked for now. A
# port in use is found before anything is started.
place_fill() {
	local name taken

	for name in "${servers[@]}"; do
		process_end "$name"
	done
	process_sweep ''
	place_settle
	place_load
	taken=$(find_taken_port)
	if [ -n "$taken" ]; then
		place_remove
		die 1 "$taken"
	fi
	rm -rf "${stack:?}"/{etc,store,mail,ldap,spool,postfix,bin,templates,log}
	mkdir -p "$stack"/{etc/postfix,etc/slapd.d,log,store,mail,ldap} "$run/dovecot"
	if [ "$bin" = "$stack/bin" ]; then
		mkdir "$bin" && cp "$build/kairan-milter" "$build/kairanctl" "$bin" &&
			cp -R "$top/conf/templates" "$templates" || die 1 "cannot fill $stack"
	fi
	for name in $(people) sink; do
		make_maildir "$mail/$name"
	done
	echo 0 >"$clock"
	chown "$stack_uid:$stack_gid" "$clock" "$run" "$store" "$mail"
	chmod 700 "$store"
	slapd_configure
	dovecot_configure
	companions_configure
	postgres_configure
	mta_configure
	milter_configure
	write_env
}

# `. build/stack/env`; tests/e2e/stack.py reads it as well.
write_env() {
	cat >"$stack/env" <<TEXT
export KAIRAN_STACK_DIR='$stack_link'
export KAIRAN_STACK_MTA='$stack_mta'
export KAIRAN_STACK_WITH='$stack_with'
export KAIRAN_STACK_USER='$stack_user'
export KAIRAN_SUBMISSION_PORT='$submission_port'
export KAIRAN_MX_PORT='$mx_port'
export KAIRAN_IMAP_PORT='$imap_port'
export KAIRAN_CONF='$conf'
export KAIRAN_CLOCK='$clock'
export KAIRAN_STORE='$store/kairan.db'
export KAIRAN_STACK_STORE='$stack_store'
export KAIRAN_MAIL='$mail'
export KAIRAN_SINK='$mail/sink'
export KAIRAN_LOG='$log'
export KAIRAN_RUN='$run'
export KAIRAN_MILTER_SOCKET='$run/milter.sock'
export KAIRAN_MTA_CONFIG='$(mta_config_dir)'
export KAIRAN_SENDMAIL='${sendmail:-/usr/sbin/sendmail}'
export KAIRAN_BIN='$bin'
export KAIRAN_LDAP_BASE='$base'
export KAIRAN_LDAP_ADMIN_DN='$admin_dn'
export KAIRAN_LDAP_ADMIN_PASSWORD='$admin_password'
export LDAPURI='$ldapi'
export LDAPBASE='$base'
export LDAPSASL_MECH=EXTERNAL
case ":\$PATH:" in *:'$bin':*) ;; *) export PATH='$bin':"\$PATH" ;; esac
TEXT
}

place_remove() {
	local real

	real=$(readlink -f "$stack_link") || return
	rm -rf "${real:?}"
	[ ! -L "$stack_link" ] || rm -f "$stack_link"
}
