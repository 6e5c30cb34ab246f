# kairan-milter, its keys and the sample subscribers. Sourced by quickstart.

milter_configure() {
	fill "$parts/kairan.conf.in" "$conf" && chgrp "$stack_gid" "$conf" && chmod 640 "$conf"
}

kairanctl() {
	as_stack_user "$bin/kairanctl" -c "$conf" "$@"
}

milter_prepare() {
	local list

	kairanctl keys make >>"$log/setup.log" 2>&1 || milter_prepare_failed "making the keys"
	kairanctl store init >>"$log/setup.log" 2>&1 || milter_prepare_failed "making the store"
	for list in bosai kosodate; do
		cp "$parts/subscribers-$list.csv" "$etc/" &&
			kairanctl subscribers import --list "$list" "$etc/subscribers-$list.csv" \
				>>"$log/setup.log" 2>&1 ||
			milter_prepare_failed "importing the subscribers of $list"
	done
}

milter_prepare_failed() {
	cat "$log/setup.log" >&2
	die 1 "$1 failed"
}

milter_start() {
	# KAIRAN_MILTER_BEFORE: the words of a command by which a test has it run.
	process_spawn milter ${KAIRAN_MILTER_BEFORE:-} "$bin/kairan-milter" -c "$conf"
}

# A milter answers when it takes part in the opening of a conversation.
milter_answers() {
	milter_answers_on "$run/milter.sock"
}

milter_answers_on() {
	[ -S "$1" ] && /usr/bin/python3 "$parts/milter_answers.py" "$1" 2>/dev/null
}

milter_where() {
	echo "$run/milter.sock"
}
