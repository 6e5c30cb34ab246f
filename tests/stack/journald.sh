#!/bin/sh
# journald.sh FOLDER: systemd's journal, with a place of its own (unshare -m): what is sent to
# FOLDER/socket/dev-log stands in FOLDER/log. A kairan built against libsystemd reads it there.
set -eu
folder=$1
if [ "${KAIRAN_JOURNAL_PLACE:-}" != made ]; then
	KAIRAN_JOURNAL_PLACE=made
	export KAIRAN_JOURNAL_PLACE
	exec unshare -m -- /bin/sh "$0" "$folder"
fi
mkdir -p "$folder/log" "$folder/socket"
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journal /run/log/journal
mount --bind "$folder/socket" /run/systemd/journal
mount --bind "$folder/log" /run/log/journal
exec /lib/systemd/systemd-journald
