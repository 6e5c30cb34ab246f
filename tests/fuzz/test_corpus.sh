#!/bin/sh
# Every fuzzer over its corpus, as an ordinary test: what tests/fuzz/fuzz_NAME.c requires
# holds for the files of tests/fuzz/corpus/NAME, and for each of them damaged.
#
# $SRCDIR has the corpora, $KAIRAN_BUILD_DIR the programs. Speaks TAP.

set -u

count=0
failed=0

report() { # OK NAME
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		failed=1
	fi
}

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

for source in "$SRCDIR"/tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	"$KAIRAN_BUILD_DIR/tests/fuzz/$name" "$SRCDIR/tests/fuzz/corpus/${name#fuzz_}"/* \
		>"$log" 2>&1
	result=$?
	report $result "$name holds for its corpus"
	[ $result -eq 0 ] || tail -n 40 "$log" | sed 's/^/# /'
done

# A corpus that no fuzzer reads tests nothing.
orphans=
for folder in "$SRCDIR"/tests/fuzz/corpus/*; do
	[ -r "$SRCDIR/tests/fuzz/fuzz_$(basename "$folder").c" ] ||
		orphans="$orphans $(basename "$folder")"
done
[ -z "$orphans" ]
report $? "every corpus has its fuzzer"
[ -z "$orphans" ] || echo "# without one:$orphans"

echo "1..$count"
exit $failed
