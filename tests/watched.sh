# Tests that look on, by a sanitizer or valgrind, while the programs work. Sourced; $place is a
# folder of the build, made by this, and $log the file for what a program says.
#
# $SRCDIR, $KAIRAN_BUILD_DIR, $PYTHON3, $MAKE and $CC are make check's. Speaks TAP.

count=0
failed=0

# The make around this one has targets and variables of its own, and waits for no job here.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
# Nobody turns off what counts here.
unset ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS TSAN_OPTIONS
# Each piece of memory comes from malloc() and goes back to free(), where somebody looks on.
G_SLICE=always-malloc
export G_SLICE

watched_begin() { # FOLDER
	place=$KAIRAN_BUILD_DIR/$1
	log=$place/run.log
	mkdir -p "$place" || exit 1
}

report() { # OK NAME, and $log tells why not
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		tail -n 60 "$log" | sed 's/^/# /'
		failed=1
	fi
}

finish() {
	echo "1..$count"
	exit $failed
}

skip() { # WHY
	echo "1..0 # SKIP $1"
	exit 0
}

# With the settings of the build around it: again, when that was configured again.
watched_configure() { # SWITCH...
	[ "$place/config.status" -nt "$KAIRAN_BUILD_DIR/config.status" ] && return
	(cd "$place" && "$SRCDIR/configure" --quiet "$@" "CC=$CC" "CFLAGS=-g -O1") &&
		touch "$place/config.status"
}

# In a folder of the build's own; the folder stays, so that a second run makes only what has
# changed.
watched_build() { # SWITCH TARGET...
	[ ! -e "$SRCDIR/config.status" ] ||
		skip "the build is in the source folder, which allows no second one"
	{ watched_configure "$1" && shift && "${MAKE:-make}" -C "$place" -s -j2 "$@"; } >"$log" 2>&1
	report $? "it builds"
	[ $failed -eq 0 ] || finish
}

# Succeed where the program does, and no sanitizer has said anything.
run() { # PROGRAM ARGUMENT...
	if "$@" >"$log" 2>&1; then
		! grep -E -q 'runtime error:|(Address|Leak|UndefinedBehavior|Thread)Sanitizer' "$log"
	else
		return 1
	fi
}

# Before run_way(): an empty folder in which whoever looks on leaves a file for each program, also
# for one that the MTA has started.
said_begin() {
	said=$place/said
	rm -rf "$said" && mkdir "$said" && chmod 777 "$said"
}

# The programs of the folder at work on the real servers. What was said is shown behind the log.
run_way() { # FILE
	KAIRAN_BUILD_DIR=$place "${PYTHON3:-python3}" "$SRCDIR/$1" >"$log" 2>&1 || return 1
	cat "$said"/* >>"$log" 2>/dev/null
	[ -z "$(find "$said" -type f -size +0)" ]
}
