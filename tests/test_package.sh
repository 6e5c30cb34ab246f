#!/bin/sh
# The Debian package: `make deb` builds it here; on the other Debian it is built, looked at by
# lintian, installed, brought to a newer version, used for a broadcast, and purged. Settings, keys
# and store outlive all of it.
#
# $SRCDIR, $KAIRAN_BUILD_DIR and $MAKE are make check's. Speaks TAP.

set -u
LC_ALL=C
export LC_ALL
# The make around this one has targets and variables of its own.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

. "$SRCDIR/tests/other_debian.sh"

log=$KAIRAN_BUILD_DIR/package.log
. "$SRCDIR/tests/steps.sh"

skip() { # NAME WHY
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

is_missing_here() {
	for tool in dpkg-buildpackage dh lintian; do
		command -v $tool >/dev/null || { echo "there is no $tool"; return; }
	done
}

build_here() {
	"${MAKE:-make}" -C "$KAIRAN_BUILD_DIR" -s deb
}

look_at_it() {
	lintian --fail-on error,warning --allow-root "$KAIRAN_BUILD_DIR"/deb/kairan_*.changes
}

# GMime changed a function's arguments under the same soname.
depends_on_its_gmime() {
	dpkg-deb -f "$KAIRAN_BUILD_DIR"/deb/kairan-milter_*.deb Depends |
		grep -E 'libgmime-3\.0-0[a-z0-9]* \((<<|>=) 3\.2\.14~\)'
}

echo "1..9"
why=$(is_missing_here)
if [ -n "$why" ]; then
	skip "make deb" "$why"
	skip "lintian finds nothing" "$why"
	skip "it is for one side of GMime 3.2.14" "$why"
else
	step "make deb" build_here
	step "lintian finds nothing" look_at_it
	step "it is for one side of GMime 3.2.14" depends_on_its_gmime
fi

why=$(other_what_is_missing)
if [ -n "$why" ]; then
	for name in "a base of the other Debian" "it is built there" "it is installed" \
		"a newer one comes over it" "a broadcast with what is installed" "it is purged"; do
		skip "$name" "$why"
	done
	exit $failed
fi
other_choose
other_lock || exit 1

make_base() {
	other_make_base && other_put_sources && other_run '' '
		./quickstart install &&
		DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install \
			build-essential debhelper lintian adduser systemd'
}

# A version that is higher stands in for the next one.
build_there='
	rm -rf /deb && mkdir /deb && cp -R /kairan /deb/kairan && rm -rf /deb/kairan/build &&
	cd /deb/kairan && export DEB_BUILD_OPTIONS="nocheck noautodbgsym parallel=2" &&
	dpkg-buildpackage -us -uc -b && lintian --fail-on error,warning --allow-root ../*.changes &&
	mkdir /deb/first && mv /deb/*.deb /deb/first &&
	sed -i "1s/(\(.*\))/(\1+next)/" debian/changelog && dpkg-buildpackage -us -uc -b'

install_there='
	rm -rf /etc/kairan /var/lib/kairan && dpkg -i /deb/first/*.deb &&
	[ "$(stat -c "%a %U %G" /etc/kairan/kairan.conf)" = "640 root kairan" ] &&
	[ "$(stat -c "%U" /var/lib/kairan)" = kairan ] &&
	grep -q "^1 " /etc/kairan/token.keys && [ -s /etc/kairan/audit.key ] &&
	id -nG kairan | grep -w postfix && kairan-milter -n >/dev/null &&
	zcat -f /usr/share/doc/kairan/INSTALL | grep -q "Installing kairan"'

upgrade_there='
	echo "# mine" >>/etc/kairan/kairan.conf && cp /etc/kairan/token.keys /deb/keys &&
	su -s /bin/sh kairan -c "kairanctl subscribers import --list bosai --new-list \
		/kairan/tests/stack/subscribers-bosai.csv" &&
	dpkg -i /deb/*.deb && tail -n 1 /etc/kairan/kairan.conf | grep mine &&
	cmp /etc/kairan/token.keys /deb/keys && kairanctl subscribers count | grep 25'

play_there='
	mkdir -p /deb/test && AUTOPKGTEST_TMP=/deb/test sh debian/tests/demo'

purge_there='
	dpkg --purge kairan-milter >/deb/said 2>&1; cat /deb/said
	grep -q "/var/lib/kairan stays" /deb/said && grep -q "/etc/kairan stays" /deb/said &&
	[ -s /var/lib/kairan/kairan.db ] && cmp /etc/kairan/token.keys /deb/keys &&
	[ ! -e /usr/sbin/kairan-milter ] && [ ! -e /usr/share/kairan ] &&
	rm -rf /etc/kairan /var/lib/kairan /deb'

step "a base of the other Debian" make_base
step "it is built there" other_run --net "$build_there"
step "it is installed" other_run --net "$install_there"
step "a newer one comes over it" other_run --net "$upgrade_there"
step "a broadcast with what is installed" other_run --net "$play_there"
step "it is purged" other_run --net "$purge_there"
exit $failed
