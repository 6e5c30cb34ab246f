"""A bare machine: what Debian's packages of Postfix, slapd and Dovecot leave behind, in mounts,
processes and a loopback of its own, so that the servers have their usual places and ports and
meet nothing of this machine. Whoever runs inside is root there.

Mail for PEOPLE is kept in Maildirs below MAIL."""
import email
import email.policy
import fcntl
import grp
import os
import pathlib
import pwd
import shutil
import smtplib
import socket
import ssl
import struct
import subprocess
import sys
import time

SOURCE = pathlib.Path(os.environ.get("SRCDIR", pathlib.Path(__file__).parents[2]))
BUILD = pathlib.Path(os.environ.get("KAIRAN_BUILD_DIR", SOURCE / "build"))
CONF = pathlib.Path("/etc/kairan/kairan.conf")
MAIL = pathlib.Path("/srv/mail")
BIN = pathlib.Path("/srv/bin")
BASE = "dc=town,dc=example"
PEOPLE = [(name, "town.example") for name in ("boss", "chief", "deputy", "staff", "sysadmin")] + \
    [(name, "phone.example") for name in ("taro", "hana")]
# The other Debian is entered by chroot, and has mounts of its own already.
UNSHARE = ("unshare", "--mount", "--propagation",
           "unchanged" if os.environ.get("KAIRAN_OTHER_DEBIAN") else "private", "--pid", "--net",
           "--fork")
LDAP_ADMIN = f"cn=admin,{BASE}"
LDAP_PASSWORD = "the-towns-own"


def what_is_missing():
    """Why there can be no such machine here; None where it can."""
    if os.geteuid() != 0:
        return "only root can make a machine"
    if subprocess.run([*UNSHARE, "sh", "-c",
                       "mount -t tmpfs tmpfs /mnt && mkdir /mnt/u /mnt/w && mount -t overlay o -o "
                       "lowerdir=/etc,upperdir=/mnt/u,workdir=/mnt/w /etc"],
                      capture_output=True, check=False).returncode != 0:
        return "namespaces or overlays cannot be made here"
    for name in ("postconf", "slapd", "dovecot", "systemd-sysusers", "ldapmodify", "openssl",
                 "script"):
        if not shutil.which(name):
            return f"there is no {name}"
    return None


def enter():
    """Run this program again inside; does not return there."""
    os.execvp("unshare", [*UNSHARE, "--kill-child", "--mount-proc", "--", sys.executable,
                          *sys.argv])


def is_inside():
    return os.getpid() == 1


def run(*words, stdin=None, check=True, **env):
    done = subprocess.run([str(word) for word in words], input=stdin, capture_output=True,
                          text=True, check=False, env={**os.environ, **env})
    if check and done.returncode != 0:
        raise RuntimeError(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def cover(folder, owner="root", mode=0o755):
    """An empty folder in the place of this one."""
    run("mount", "-t", "tmpfs", "tmpfs", folder)
    shutil.chown(folder, owner, pwd.getpwnam(owner).pw_gid)
    os.chmod(folder, mode)


def make_places():
    """Whatever is written from now on is gone afterwards; servers find their own folders empty."""
    run("mount", "-t", "tmpfs", "tmpfs", "/mnt")
    for name in ("etc", "usr", "var", "srv"):
        for part in ("upper", "work"):
            os.makedirs(f"/mnt/{name}/{part}")
        run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir=/{name},upperdir=/mnt/{name}/"
            f"upper,workdir=/mnt/{name}/work", f"/{name}")
    # There is no DNS to wait for.
    pathlib.Path("/etc/hosts").write_text(
        f"127.0.0.1 localhost mail.town.example {socket.gethostname()}\n", encoding="ascii")
    pathlib.Path("/etc/resolv.conf").unlink(missing_ok=True)
    cover("/run")
    cover("/var/log")
    cover("/var/lib/ldap", "openldap")
    cover("/var/spool/postfix")
    cover("/var/lib/postfix", "postfix")
    pathlib.Path("/run/slapd").mkdir()
    shutil.chown("/run/slapd", "openldap", "openldap")
    MAIL.mkdir()
    shutil.chown(MAIL, "nobody", "nogroup")


def raise_loopback():
    with socket.socket() as one:
        fcntl.ioctl(one, 0x8914, struct.pack("16sh14x", b"lo", 1))


def install_kairan():
    """What `make install` and the package do, and no settings."""
    BIN.mkdir()
    for name in ("kairan-milter", "kairanctl"):
        shutil.copy(BUILD / name, BIN)
    shutil.copytree(SOURCE / "conf/templates", "/srv/templates")
    run("systemd-sysusers", SOURCE / "conf/systemd/sysusers.d/kairan.conf")
    for folder, owner, mode in ((CONF.parent, "root", 0o750), ("/var/lib/kairan", "kairan", 0o750),
                                ("/run/kairan", "kairan", 0o755)):
        pathlib.Path(folder).mkdir(exist_ok=True)
        os.chown(folder, pwd.getpwnam(owner).pw_uid, grp.getgrnam("kairan").gr_gid)
        os.chmod(folder, mode)


POSTFIX_SETTINGS = """\
myhostname = mail.town.example
alias_maps = hash:/etc/aliases
alias_database = hash:/etc/aliases
mydestination = $myhostname, localhost
relayhost =
mynetworks = 127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128
mailbox_size_limit = 0
recipient_delimiter = +
inet_interfaces = all
inet_protocols = ipv4
maillog_file = /var/log/mail.log
virtual_mailbox_domains = town.example, phone.example
virtual_mailbox_maps = texthash:/etc/postfix/mailboxes
virtual_mailbox_base = /srv/mail
virtual_minimum_uid = 1
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534"""


def install_postfix():
    """Debian's main.cf, as its questions make it for an Internet site, and mailboxes."""
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
        "/CN=mail.town.example", "-keyout", "/etc/ssl/private/ssl-cert-snakeoil.key", "-out",
        "/etc/ssl/certs/ssl-cert-snakeoil.pem")
    parts = [pathlib.Path(f"/usr/share/postfix/main.cf.{name}").read_text(encoding="utf-8")
             for name in ("debian", "tls")]
    pathlib.Path("/etc/postfix/main.cf").write_text("".join(parts), encoding="utf-8")
    # Each name once: a warning about each of a dozen is more than postlogd can tell itself.
    run("postconf", "-e", *POSTFIX_SETTINGS.split("\n"))
    pathlib.Path("/etc/postfix/mailboxes").write_text(
        "".join(f"{name}@{domain} {name}/\n" for name, domain in PEOPLE), encoding="utf-8")
    shutil.copy("/usr/share/postfix/master.cf.dist", "/etc/postfix/master.cf")
    pathlib.Path("/etc/aliases").touch()
    run("postalias", "/etc/aliases")


def install_slapd():
    """Debian's slapd.init.ldif, and the entry of the town."""
    text = pathlib.Path("/usr/share/slapd/slapd.init.ldif").read_text(encoding="utf-8")
    shutil.rmtree("/etc/ldap/slapd.d", ignore_errors=True)
    os.mkdir("/etc/ldap/slapd.d")
    run("slapadd", "-n", "0", "-F", "/etc/ldap/slapd.d",
        stdin=text.replace("@SUFFIX@", BASE).replace("@PASSWORD@", LDAP_PASSWORD))
    run("slapadd", "-n", "1", "-F", "/etc/ldap/slapd.d",
        stdin=f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: town\n"
              "o: Town\n")
    run("chown", "-R", "openldap:openldap", "/etc/ldap/slapd.d", "/var/lib/ldap")


def dovecot_is_old():
    """2.3 has another language than 2.4."""
    return run("dovecot", "--version").stdout.startswith("2.3")


def install_dovecot():
    """Debian has this certificate when it installs Dovecot; links to it, on Debian 13."""
    for name, made in (("pem", "/etc/ssl/certs/ssl-cert-snakeoil.pem"),
                       ("key", "/etc/ssl/private/ssl-cert-snakeoil.key")):
        there = pathlib.Path(f"/etc/dovecot/private/dovecot.{name}")
        there.unlink(missing_ok=True)
        shutil.copy(made, there)


def install():
    make_places()
    raise_loopback()
    install_postfix()
    install_slapd()
    install_dovecot()
    install_kairan()


def wait_for(ready, what, seconds=300):
    """Ask until it is so."""
    end = time.monotonic() + seconds
    while True:
        value = ready()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come")
        time.sleep(0.05)


def port_answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as one:
            return one.recv(1) != b""
    except OSError:
        return False


def start(*words, ready):
    """A server in the foreground, which ends with the machine."""
    log = open(f"/var/log/{pathlib.Path(words[0]).name}.log", "ab")
    server = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL,
                              stdout=log, stderr=log)
    wait_for(lambda: server.poll() is not None or ready(), words[0])
    if server.poll() is not None:
        raise RuntimeError(f"{words[0]} ended: {pathlib.Path(log.name).read_text()}")
    return server


def start_slapd():
    return start("/usr/sbin/slapd", "-h", "ldap:/// ldapi:///", "-u", "openldap", "-g",
                 "openldap", "-F", "/etc/ldap/slapd.d", "-d", "0",
                 ready=lambda: run("ldapwhoami", "-Q", "-Y", "EXTERNAL", "-H", "ldapi:///",
                                   check=False).returncode == 0)


def start_mail():
    """Postfix and Dovecot, as systemctl restart would."""
    run("postfix", "start")
    wait_for(lambda: port_answers(25), "Postfix")
    return start("/usr/sbin/dovecot", "-F",
                 ready=pathlib.Path("/var/spool/postfix/private/auth").exists)


def start_kairan():
    return start(BIN / "kairan-milter", "-c", CONF,
                 ready=lambda: pathlib.Path("/run/kairan/milter.sock").exists())


def kairanctl(*args, check=True, **env):
    return run(BIN / "kairanctl", "-c", CONF, *args, check=check,
               **{"LC_ALL": "C.UTF-8", **env})


def connect(port, user=None, password=None):
    client = smtplib.SMTP("127.0.0.1", port, "client.example", timeout=60)
    if user is not None:
        client.starttls(context=ssl._create_unverified_context())
        client.login(user, password)
    return client


def mails(person):
    """What is in somebody's Maildir."""
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in sorted((MAIL / person / "new").glob("*"))]


def print_logs():
    """The ends of all logs, as comments."""
    for path in sorted(pathlib.Path("/var/log").glob("*.log")):
        for line in path.read_text(errors="replace").splitlines()[-30:]:
            print(f"# {path.name}: {line}")
