#!/bin/sh
# The unit tests that have threads, and several broadcasts at once on the real servers, with the
# thread sanitizer: the session, the courier, the store's group commits and the directory's pool.
# What it says of libraries that it does not see into is in threads.supp.
#
# $SRCDIR, $KAIRAN_BUILD_DIR, $MAKE and $CC are make check's. Speaks TAP.

set -u

. "$SRCDIR/tests/watched.sh"

TESTS="tests/schema/test_store tests/schema/test_group tests/milter/core/test_waker"

watched_begin threads

# Where the kernel puts memory elsewhere than the sanitizer can have it, no program starts.
echo 'int main(void) { return 0; }' >"$place/empty.c"
$CC -fsanitize=thread "$place/empty.c" -o "$place/empty" >"$log" 2>&1 &&
	! "$place/empty" 2>&1 | grep -q 'FATAL: ThreadSanitizer' ||
	skip "no program with the thread sanitizer starts here: $(tail -n 1 "$log")"

watched_build --enable-sanitizers=thread kairan-milter kairanctl $TESTS

# A program that is not sanitized would pass everything.
nm "$place/libkairan.a" 2>"$log" | grep -q __tsan_
report $? "the sanitizer is in it"

for program in $TESTS; do
	run "$place/$program"
	report $? "$program"
done
said_begin
TSAN_OPTIONS="log_path=$said/tsan suppressions=$SRCDIR/tests/threads.supp"
export TSAN_OPTIONS
run_way tests/e2e/together.py
report $? "tests/e2e/together.py"
finish
