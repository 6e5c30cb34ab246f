# Tests each of which stands on the one before it, in TAP. Sourced; $log is the file for what a
# step says, of which the end is shown when it fails.

count=0
failed=0

# Without the one before, the next ones cannot be tried.
step() { # NAME COMMAND...
	name=$1
	shift
	count=$((count + 1))
	if [ $failed -ne 0 ]; then
		echo "not ok $count - $name"
		echo "# not tried"
	elif "$@" >"$log" 2>&1 </dev/null; then
		echo "ok $count - $name"
	else
		failed=1
		echo "not ok $count - $name"
		grep -E '^(FAIL|ERROR|[EW]):|(error|warning):' "$log" | sed 's/^/# /'
		tail -n 60 "$log" | sed 's/^/# /'
	fi
}
