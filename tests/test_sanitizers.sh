#!/bin/sh
# The unit tests, the fuzzers' corpora and the way of a mail once more, in a build of their own
# with the address and undefined-behaviour sanitizers. It stays in the folder sanitized of the
# build, so that a second run makes only what has changed.
#
# $SRCDIR, $KAIRAN_BUILD_DIR, $KAIRAN_UNIT_TESTS, $MAKE and $CC are make check's. Speaks TAP.

set -u

if [ -e "$SRCDIR/config.status" ]; then
	echo "1..0 # SKIP the build is in the source folder, which allows no second one"
	exit 0
fi

# The make around this one has targets and variables of its own, and waits for no job here.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
# Nobody turns off what counts here: leaks, and whatever is undefined.
unset ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS
UBSAN_OPTIONS=print_stacktrace=1
export UBSAN_OPTIONS

place=$KAIRAN_BUILD_DIR/sanitized
WAYS="tests/e2e/test_way.py tests/e2e/test_clients.py tests/e2e/test_bad_input.py"
log=$place/run.log
count=0
failed=0

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

# With the settings of the build around it: again, when that was configured again.
configure() {
	[ "$place/config.status" -nt "$KAIRAN_BUILD_DIR/config.status" ] && return
	(cd "$place" && "$SRCDIR/configure" --quiet --enable-sanitizers "CC=$CC" \
		"CFLAGS=-g -O1") && touch "$place/config.status"
}

build() {
	configure && "${MAKE:-make}" -C "$place" -s -j2 unit-programs kairan-milter kairanctl
}

# Succeed where the program does, and no sanitizer has said anything.
run() { # PROGRAM ARGUMENT...
	if "$@" >"$log" 2>&1; then
		! grep -E -q 'runtime error:|(Address|Leak|UndefinedBehavior)Sanitizer' "$log"
	else
		return 1
	fi
}

mkdir -p "$place" || exit 1
build >"$log" 2>&1
report $? "it builds with sanitizers"
[ $failed -eq 0 ] || finish

# A program of which nothing is sanitized would pass everything.
nm "$place/libpolicy.a" 2>"$log" | grep -q __asan_
report $? "the sanitizers are in it"

for program in $KAIRAN_UNIT_TESTS; do
	run "$place/$program"
	report $? "$program"
done
for source in "$SRCDIR"/tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	run "$place/tests/fuzz/$name" "$SRCDIR/tests/fuzz/corpus/${name#fuzz_}"/*
	report $? "tests/fuzz/$name"
done

# The programs at work on the real servers: what a sanitizer says, also of one that the MTA has
# started, is a file beside the log.
run_way() { # FILE
	rm -rf "$place/said" && mkdir "$place/said" && chmod 777 "$place/said" &&
		ASAN_OPTIONS=log_path=$place/said/asan UBSAN_OPTIONS=log_path=$place/said/ubsan \
			KAIRAN_BUILD_DIR=$place "${PYTHON3:-python3}" "$SRCDIR/$1" >"$log" 2>&1 || return 1
	cat "$place/said"/* >>"$log" 2>/dev/null
	[ -z "$(ls "$place/said")" ]
}

for file in $WAYS; do
	run_way "$file"
	report $? "$file"
done
finish
