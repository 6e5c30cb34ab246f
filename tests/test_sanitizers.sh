#!/bin/sh
# The unit tests, the fuzzers' corpora and the way of a mail once more, in a build of their own
# with the address and undefined-behaviour sanitizers.
#
# $SRCDIR, $KAIRAN_BUILD_DIR, $KAIRAN_UNIT_TESTS, $MAKE and $CC are make check's. Speaks TAP.

set -u

. "$SRCDIR/tests/watched.sh"

WAYS="tests/e2e/test_way.py tests/e2e/test_clients.py tests/e2e/test_bad_input.py"

watched_begin sanitized
watched_build --enable-sanitizers unit-programs kairan-milter kairanctl

# A program of which nothing is sanitized would pass everything.
nm "$place/libpolicy.a" 2>"$log" | grep -q __asan_
report $? "the sanitizers are in it"

UBSAN_OPTIONS=print_stacktrace=1
export UBSAN_OPTIONS
for program in $KAIRAN_UNIT_TESTS; do
	run "$place/$program"
	report $? "$program"
done
for source in "$SRCDIR"/tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	run "$place/tests/fuzz/$name" "$SRCDIR/tests/fuzz/corpus/${name#fuzz_}"/*
	report $? "tests/fuzz/$name"
done

for file in $WAYS; do
	said_begin
	ASAN_OPTIONS=log_path=$said/asan
	UBSAN_OPTIONS=print_stacktrace=1:log_path=$said/ubsan
	export ASAN_OPTIONS UBSAN_OPTIONS
	run_way "$file"
	report $? "$file"
done
finish
