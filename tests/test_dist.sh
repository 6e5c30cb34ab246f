#!/bin/sh
# What is in the repository is in the tarball: a file that make dist forgets is missed only
# by those who have nothing else. What they do with it works too: a build in the source
# folder, which leaves the sources as they were, and make distcheck. Whatever the folder,
# the programs are the same, octet for octet.
#
# $SRCDIR, $KAIRAN_BUILD_DIR, $KAIRAN_UNIT_TESTS, $MAKE and $CC are make check's. Speaks TAP.

set -u
LC_ALL=C
export LC_ALL

if [ ! -e "$SRCDIR/.git" ] || ! command -v git >/dev/null; then
	echo "1..0 # SKIP this is no checkout, or there is no git"
	exit 0
fi

# The make around this one has targets and variables of its own.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
# A compiler's cache would answer from another folder.
CCACHE_DISABLE=1
export CCACHE_DISABLE

make=${MAKE:-make}
place=$KAIRAN_BUILD_DIR/dist-test
log=$place/log
count=0
failed=0

report() { # OK NAME, and $log tells why not
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		grep -E '^(FAIL|ERROR):|(error|warning):' "$log" | sed 's/^/# /'
		tail -n 60 "$log" | sed 's/^/# /'
		failed=1
	fi
}

# Deleted, but not committed yet: no file to miss.
list_missing() {
	git -c safe.directory='*' -c core.quotepath=off -C "$SRCDIR" ls-files >"$place/files" &&
		[ -s "$place/files" ] || echo "git lists no file"
	while read -r path; do
		case $path in
		.gitignore | */.gitignore) continue ;;
		esac
		[ ! -e "$SRCDIR/$path" ] || [ -e "$place/kairan/$path" ] || echo "missing: $path"
	done <"$place/files"
}

# The sources as they are in the folder KAIRAN of $place.
sum_of_sources() { # KAIRAN
	(cd "$place/$1" && while read -r path; do
		[ ! -f "$path" ] || sha256sum "$path"
	done <"$place/files")
}

build_in_the_source_folder() {
	(cd "$place/in-tree" && autoreconf -i && ./configure --quiet "CC=$CC" && "$make" -s -j2)
}

build_in_another_folder() {
	(cd "$place/another" && ../kairan/configure --quiet "CC=$CC" && "$make" -s -j2)
}

compare_programs() {
	for program in kairan-milter kairanctl; do
		cmp "$place/in-tree/$program" "$place/another/$program" || return 1
	done
}

# With all that is a user's to choose: a long prefix, errors for warnings, and more than
# configure's default for _FORTIFY_SOURCE. The servers are tried elsewhere.
distcheck() {
	"$make" -C "$place/in-tree" -s -j2 distcheck VERBOSE=1 \
		DISTCHECK_CONFIGURE_FLAGS="'CC=$CC' --enable-werror CPPFLAGS=-D_FORTIFY_SOURCE=3" \
		TESTS="$KAIRAN_UNIT_TESTS tests/policy/test_purity.sh tests/fuzz/test_corpus.sh \
			tests/test_manuals.py tests/test_install.py"
}

rm -rf "$place"
mkdir "$place" || exit 1
trap 'chmod -R u+w "$place"; rm -rf "$place"' EXIT
mkdir "$place/another"

"$make" -C "$KAIRAN_BUILD_DIR" -s distdir distdir=dist-test/kairan >"$log" 2>&1
report $? "the tarball can be filled"
list_missing >"$log"
[ ! -s "$log" ]
report $? "it has every file"

cp -a "$place/kairan" "$place/in-tree"
build_in_the_source_folder >"$log" 2>&1
report $? "it builds in the source folder"
build_in_another_folder >"$log" 2>&1 && compare_programs >>"$log" 2>&1
report $? "a build in another folder is the same"
"$make" -C "$place/in-tree" -s clean >"$log" 2>&1
sum_of_sources kairan >"$place/sum.before"
sum_of_sources in-tree >"$place/sum.after"
diff "$place/sum.before" "$place/sum.after" >>"$log"
report $? "the sources are left as they were"
distcheck >"$log" 2>&1
report $? "make distcheck"
echo "1..$count"
exit $failed
