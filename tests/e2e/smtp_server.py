"""A mail server of a test's own on loopback, which answers as the test wants."""
import contextlib
import socketserver
import threading


class Session(socketserver.StreamRequestHandler):
    """One connection. answer() has each command, and ends the session by False."""

    def handle(self):
        with contextlib.suppress(ConnectionError):
            self.say("220 carrier")
            while line := self.rfile.readline().decode("ascii").strip():
                if self.answer(line) is False:
                    return

    def answer(self, line):
        raise NotImplementedError

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())

    def pass_over_text(self):
        """What stands behind DATA."""
        self.say("354 go on")
        while self.rfile.readline() != b".\r\n":
            pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 50


def path_of(line):
    """The address of MAIL or RCPT."""
    return line[line.index("<") + 1:line.rindex(">")]


@contextlib.contextmanager
def serving(session, **kept):
    """A server, whose .port is where it is; its sessions find as .server.NAME what is kept."""
    with Server(("127.0.0.1", 0), session) as server:
        server.port = server.server_address[1]
        vars(server).update(kept)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
