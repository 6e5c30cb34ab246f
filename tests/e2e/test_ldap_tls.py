#!/usr/bin/env python3
"""The way to a directory on another machine: TLS, verified, or no password."""
import contextlib
import os
import pathlib
import shutil
import subprocess

import second_daemon
import stack as s
import tap
import town
from tap import check_equal, check_in

OSERR = 71


def make_certificates(folder):
    """An authority of our own, the server's certificate by it, and an authority of strangers."""
    folder.mkdir(mode=0o755)
    for name in ("ours", "strangers"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", f"/CN={name}", "-keyout", folder / f"{name}.key", "-out",
                        folder / f"{name}.pem"], check=True, capture_output=True)
    subprocess.run(["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=directory",
                    "-keyout", folder / "server.key", "-out", folder / "server.csr"],
                   check=True, capture_output=True)
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n", encoding="ascii")
    subprocess.run(["openssl", "x509", "-req", "-days", "2", "-in", folder / "server.csr", "-CA",
                    folder / "ours.pem", "-CAkey", folder / "ours.key", "-CAcreateserial",
                    "-extfile", folder / "names", "-out", folder / "server.pem"],
                   check=True, capture_output=True)


@contextlib.contextmanager
def on_the_network(stack):
    """The directory also listens on TCP, with TLS. Yields plain and TLS ports, and the folder."""
    plain, secure = s.free_ports(2)
    folder = stack.directory / "tls"
    make_certificates(folder)
    for path in folder.iterdir():
        shutil.chown(path, stack.env["KAIRAN_STACK_USER"])
    stack.ldapmodify(f"""dn: cn=config
changetype: modify
replace: olcTLSCertificateKeyFile
olcTLSCertificateKeyFile: {folder}/server.key
-
replace: olcTLSCertificateFile
olcTLSCertificateFile: {folder}/server.pem
""")
    stack.choices["KAIRAN_SLAPD_URLS"] = f"ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{secure}"
    stack.stop("slapd")
    stack.start("slapd")
    try:
        yield plain, secure, folder
    finally:
        del stack.choices["KAIRAN_SLAPD_URLS"]
        stack.stop("slapd")
        stack.start("slapd")
        shutil.rmtree(folder)


def test_tls_is_verified(stack):
    """By ldaps:// and by StartTLS; a certificate of strangers is no directory."""
    with on_the_network(stack) as (plain, secure, folder):
        kept = pathlib.Path(stack.env["KAIRAN_CONF"]).read_bytes()
        try:
            for number, settings in enumerate((
                    {"ldap_uri": f"ldaps://127.0.0.1:{secure}", "ldap_starttls": "no"},
                    {"ldap_uri": f"ldap://127.0.0.1:{plain}", "ldap_starttls": "yes"})):
                stack.configure(ldap_ca_file=folder / "ours.pem", **settings)
                town.draft(stack, "bosai-staff1", f"暗号化 {number}")
                town.request_for(stack, "bosai-chief", f"暗号化 {number}")
                stack.configure(ldap_ca_file=folder / "strangers.pem", **settings)
                before = len(stack.log())
                mail = s.make_mail("bosai-staff1", town.BOSAI, f"他人 {number}", "本文")
                replies = stack.submit("bosai-staff1", town.BOSAI, mail)
                reply = replies.recipients[town.BOSAI]
                check_equal((replies.final or reply)[0] if reply[0] == 250 else reply[0], 451)
                check_in("certificate", stack.log()[before:])
        finally:
            pathlib.Path(stack.env["KAIRAN_CONF"]).write_bytes(kept)
            stack.configure(ldap_timeout="5s")


def test_no_password_in_plain_text(stack):
    """What is refused at the start names the setting; what is allowed was said by name."""
    for wanted, settings in (
            ("ldap_plain_password", {"ldap_uri": "ldap://directory.town.example"}),
            ("ldap_plain_password", {"ldap_uri": "ldapi:/// ldap://directory.town.example"}),
            ("ldap_starttls", {"ldap_uri": "ldaps://directory.town.example",
                               "ldap_starttls": "yes"}),
            ("ldap_uri", {"ldap_uri": "directory.town.example"})):
        status, said = second_daemon.run(stack, second_daemon.settings(stack, **settings))
        check_equal(status, OSERR, said)
        check_in(wanted, said)
    for settings in ({"ldap_uri": "ldap://directory.town.example",
                      "ldap_plain_password": "yes"},
                     {"ldap_uri": "ldap://directory.town.example", "ldap_starttls": "yes"},
                     {"ldap_uri": "ldap://127.0.0.1:1"}):
        conf = second_daemon.settings(stack, **settings)
        done = subprocess.run([f"{stack.env['KAIRAN_BIN']}/kairan-milter", "-c", conf, "-n"],
                              capture_output=True, text=True, check=False)
        check_equal(done.returncode, os.EX_OK, done.stderr)


if __name__ == "__main__":
    tap.main(globals())
