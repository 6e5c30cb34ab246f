"""What a machine's syslog does with the mail system's lines: python3 syslog.py SOCKET FILE. It
writes them as rsyslog does since Debian 12."""
import datetime
import os
import re
import socket
import sys


def main(path, file):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        if os.path.exists(path):
            os.unlink(path)
        log.bind(path)
        os.chmod(path, 0o666)
        while True:
            text = log.recv(65536).decode(errors="replace").rstrip("\n\0")
            # <PRIORITY>Nov 27 10:41:50 PROGRAM[PID]: ...
            text = re.sub(r"^<\d+>(\w{3} [ \d]\d \d\d:\d\d:\d\d )?", "", text)
            now = datetime.datetime.now().astimezone().isoformat()
            # Opened for each: a test may rotate it.
            with open(file, "a", encoding="utf-8") as out:
                out.write(f"{now} mail {text}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
