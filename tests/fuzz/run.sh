#!/bin/sh
# make fuzz: each fuzzer for FUZZ_SECONDS, by libFuzzer, in a build of its own with the address
# and undefined-behaviour sanitizers. What it learns stays in fuzzed/corpus, what it finds in
# fuzzed/found: keep that in tests/fuzz/corpus, under a name that says what it is.
#
# FUZZERS names some ("token csv"). $SRCDIR, $KAIRAN_BUILD_DIR and $MAKE are make's.

set -u
# Each piece of memory comes from malloc(), where the sanitizer looks on.
G_SLICE=always-malloc
export G_SLICE
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

place=$KAIRAN_BUILD_DIR/fuzzed
failed=0

build() {
	mkdir -p "$place/found" || return 1
	[ "$place/config.status" -nt "$SRCDIR/configure" ] ||
		(cd "$place" && "$SRCDIR/configure" --quiet --enable-fuzzing CC=clang \
			"CFLAGS=-g -O1") || return 1
	"${MAKE:-make}" -C "$place" -s -j2 fuzzers
}

# The last line of what libFuzzer says has how many inputs it tried.
fuzz() { # NAME
	mkdir -p "$place/corpus/$1" &&
		"$place/tests/fuzz/fuzz_$1" -max_total_time="$FUZZ_SECONDS" -timeout=30 -rss_limit_mb=4096 \
			-artifact_prefix="$place/found/$1-" "$place/corpus/$1" \
			"$SRCDIR/tests/fuzz/corpus/$1" >"$place/$1.log" 2>&1
}

build || exit 1
for source in "$SRCDIR"/tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	name=${name#fuzz_}
	case " ${FUZZERS:-$name} " in
	*" $name "*) ;;
	*) continue ;;
	esac
	if fuzz "$name"; then
		echo "$name: $(tail -n 1 "$place/$name.log")"
	else
		echo "$name: FOUND something; see $place/$name.log"
		tail -n 30 "$place/$name.log"
		failed=1
	fi
done
exit $failed
