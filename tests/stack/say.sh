# Words to the person at the terminal. Sourced by quickstart.

say() {
	printf '%s\n' "$*"
}

warn() {
	printf 'quickstart: %s\n' "$*" >&2
}

# die STATUS TEXT
die() {
	local status=$1

	shift
	warn "$*"
	exit "$status"
}
