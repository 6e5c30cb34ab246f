#!/bin/sh
# sendmail_place.sh RUN PROGRAM ARGUMENTS...: run Sendmail where it finds what it wants to be there: a
# host name with a domain, without which it sleeps for a minute, and a /dev/log, which is
# tests/stack/syslog.py's socket in the folder RUN. Both are its own (unshare).
set -eu
run=$1
shift
if [ "${KAIRAN_SENDMAIL_PLACE:-}" != made ]; then
	KAIRAN_SENDMAIL_PLACE=made
	export KAIRAN_SENDMAIL_PLACE
	exec unshare -u -m -- /bin/sh "$0" "$run" "$@"
fi
hostname mail.town.example
mkdir -p "$run/dev"
mount -t tmpfs -o mode=755 tmpfs "$run/dev"
for name in null zero full random urandom; do
	: >"$run/dev/$name"
	mount --bind "/dev/$name" "$run/dev/$name"
done
ln -s /proc/self/fd "$run/dev/fd"
ln -s "$run/syslog" "$run/dev/log"
mount --rbind "$run/dev" /dev
unset KAIRAN_SENDMAIL_PLACE
exec "$@"
