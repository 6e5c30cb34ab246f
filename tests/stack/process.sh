# Processes of the stack, and no others. Sourced by quickstart.
#
# Each server is started with KAIRAN_STACK_PROCESS=ID/SERVER in its environment, where ID
# is a random name of this stack; its children inherit it. pid/SERVER.pid holds the process
# id and the start time. Only a process that agrees with all of them is ever ended, so a
# process id that the system has given to someone else is safe, and children that outlived
# a killed server are found. Dovecot's children overwrite their environment to show what
# they do; they are known by their program together with a folder of the stack to work in.

# Start time in clock ticks since the boot: field 22, counted behind the name, which may
# itself contain blanks and parentheses.
process_start_time() {
	local line fields

	{ read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
	read -ra fields <<<"${line##*) }"
	# A process that has ended and only waits for its parent is gone.
	[ "${fields[0]}" != Z ] && echo "${fields[19]}"
}

process_mark() {
	echo "KAIRAN_STACK_PROCESS=$stack_id/$1"
}

# Run a command in the background in a session of its own, as a server of the stack.
# process_spawn SERVER COMMAND...
process_spawn() {
	process_spawn_helper "$@"
	process_record "$1" $!
}

# The same for a program that a server needs beside it: swept away with the server.
process_spawn_helper() {
	local name=$1

	shift
	(cd / && exec setsid env "$(process_mark "$name")" "$@" </dev/null \
		>>"$stack/log/$name.log" 2>&1 9>&-) &
}

process_record() {
	local time

	time=$(process_start_time "$2") || return 1
	echo "$2 $time" >"$pids/$1.pid"
}

process_alive() {
	local pid time

	read -r pid time 2>/dev/null <"$pids/$1.pid" || return 1
	[ "$(process_start_time "$pid")" = "$time" ]
}

process_pid() {
	local pid time

	read -r pid time <"$pids/$1.pid" && echo "$pid"
}

process_ended() {
	! process_alive "$1"
}

# Ask a server to end, and wait for it; then insist.
process_end() {
	local pid

	if process_alive "$1"; then
		pid=$(process_pid "$1")
		kill -TERM "$pid" 2>/dev/null
		if ! poll_until 15 process_ended "$1"; then
			warn "$1 (process $pid) does not end; killing it"
			kill -KILL "$pid" 2>/dev/null
			poll_until 5 process_ended "$1"
		fi
	fi
	rm -f "$pids/$1.pid"
}

# Processes that still bear the mark of a server; of any server for ''.
process_list_marked() {
	grep -lszF -e "$(process_mark "$1")" /proc/[0-9]*/environ | cut -d/ -f3
	case $1 in
	'' | dovecot) dovecot_list_children ;;
	esac
}

process_is_marked() {
	process_list_marked "$2" | grep -qx "$1"
}

process_none_marked() {
	[ -z "$(process_list_marked "$1")" ]
}

# End what outlived its server.
process_sweep() {
	local signal pid

	for signal in TERM KILL; do
		process_none_marked "$1" && return
		for pid in $(process_list_marked "$1"); do
			process_is_marked "$pid" "$1" && kill -$signal "$pid" 2>/dev/null
		done
		poll_until 3 process_none_marked "$1" && return
	done
	warn "processes of $1 cannot be ended: $(process_list_marked "$1" | tr '\n' ' ')"
}

# poll_until SECONDS COMMAND...: try a command until it succeeds; false at the deadline.
poll_until() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))

	shift
	until "$@"; do
		[ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# wait_until SERVER SECONDS COMMAND...: as poll_until, but false at once when the server
# has ended.
wait_until() {
	local name=$1

	answered_or_ended() {
		"$@" && return
		process_ended "$name"
	}
	poll_until "$2" answered_or_ended "${@:3}" && process_alive "$name"
}

port_answers() {
	local line

	{ exec 8<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
	IFS= read -r -t 5 line <&8
	printf '%s\r\n' "$2" >&8
	exec 8>&-
	[ -n "$line" ]
}

port_is_taken() {
	(exec 8<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# For a server that is started anew: its port may have been taken meanwhile.
port_must_be_free() {
	! port_is_taken "$1" || die 1 "port $1 is in use by another program"
}
