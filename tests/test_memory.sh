#!/bin/sh
# Several broadcasts at once on the real servers, the daemon in valgrind: it reads nothing that
# nobody has written, and leaves nothing that nobody could free.
#
# $SRCDIR and $KAIRAN_BUILD_DIR are make check's. Speaks TAP.

set -u

. "$SRCDIR/tests/watched.sh"

watched_begin memory
said_begin

command -v valgrind >/dev/null || skip "there is no valgrind"

# What the stack starts for the daemon. With -q valgrind says nothing but what is wrong.
cat >"$place/kairan-milter" <<TEXT && chmod 755 "$place/kairan-milter" || exit 1
#!/bin/sh
exec valgrind -q --vgdb=no --fair-sched=yes --num-callers=30 --leak-check=full \\
	--show-leak-kinds=definite --errors-for-leak-kinds=definite \\
	--suppressions=$SRCDIR/tests/memory.supp --log-file=$said/valgrind.%p \\
	$KAIRAN_BUILD_DIR/kairan-milter "\$@"
TEXT
ln -sf "$KAIRAN_BUILD_DIR/kairanctl" "$place/kairanctl"
run_way tests/e2e/together.py
report $? "tests/e2e/together.py in valgrind"
finish
