"""A PostgreSQL server of a test's own, on a socket in a folder of its own."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

NOBODY = 65534


def programs():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"),
                   key=lambda path: int(path.parts[-3]))
    if not found or not shutil.which("setpriv"):
        raise unittest.SkipTest("there is no PostgreSQL")
    return found[-1].parent


class Postgres:
    """A server below a folder. Nothing of it outlives the machine, so it need not wait for the
    disk: what a killed server has written stays with the system."""

    def __init__(self, folder):
        self.folder, self.programs = folder, programs()
        # The server refuses to be root's.
        self.user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] \
            if os.geteuid() == 0 else []

    def run(self, program, *words, **more):
        return subprocess.run([*self.user, self.programs / program, *words], cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False, **more)

    def make(self):
        if self.user:
            os.chown(self.folder, NOBODY, NOBODY)
        made = self.run("initdb", "-D", f"{self.folder}/data", "-U", "kairan", "-A", "trust", "-N",
                        "-E", "UTF8", "--locale=C")
        assert made.returncode == 0, made.stdout
        with open(f"{self.folder}/data/postgresql.conf", "a", encoding="utf-8") as conf:
            conf.write(f"unix_socket_directories = '{self.folder}'\nlisten_addresses = ''\n"
                       "fsync = off\nmax_connections = 60\n")

    def start(self):
        """Also after a kill, as soon as what is left of the old one has gone."""
        begun = None
        for _ in range(100):
            begun = self.run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l",
                             f"{self.folder}/log", "start")
            if begun.returncode == 0:
                return
            time.sleep(0.1)
        raise AssertionError(begun.stdout)

    def stop(self):
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")

    def kill(self):
        """As a machine that loses its power does, but for its disk."""
        with open(f"{self.folder}/data/postmaster.pid", encoding="ascii") as file:
            os.kill(int(file.readline()), signal.SIGKILL)

    def say(self, sql):
        return self.run("psql", "-h", str(self.folder), "-U", "kairan", "-X", "-q", "-A", "-t",
                        "postgres", input=sql).stdout

    def uri(self, schema=None):
        """One schema is one store."""
        options = f"&options=-csearch_path%3D{schema}" if schema else ""
        return (f"postgresql:///postgres?host={urllib.parse.quote(str(self.folder), safe='')}"
                f"&user=kairan{options}")


@contextlib.contextmanager
def running():
    programs()
    with tempfile.TemporaryDirectory(prefix="kairan-postgres.", dir="/tmp") as folder:
        server = Postgres(folder)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()


def main(folder, what):
    """For tests that are programs."""
    server = Postgres(pathlib.Path(folder))
    if what == "kill":
        server.kill()
    else:
        server.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
