"""Something between kairan and a server, that treats what they say as a bad network or a bad
server would."""
import contextlib
import socket
import struct
import threading

PASS, HANG, RESET, DRIP, HALF, NOISE = "pass", "hang", "reset", "drip", "half", "noise"
# An octet now and then: a search's answer takes minutes.
DRIP_SECONDS = 0.5


class Link:
    """One connection through the proxy. What kairan asks goes on as it is; what the server answers
    meets the proxy's `way`."""

    def __init__(self, proxy, asker, server):
        self.proxy = proxy
        self.asker = asker
        self.server = server

    def ask(self, octets):
        self.server.sendall(octets)

    def answer(self, octets):
        if self.proxy.way == PASS:
            self.asker.sendall(octets)
            return
        self.proxy.met += 1
        if self.proxy.way == RESET:
            self.reset()
        elif self.proxy.way == DRIP:
            self.drip(octets)
        elif self.proxy.way == HALF:
            self.asker.sendall(octets[:len(octets) // 2])
            self.reset()
        elif self.proxy.way == NOISE:
            self.asker.sendall(bytes(octet ^ 0x5a for octet in octets))

    def drip(self, octets):
        for octet in octets:
            self.asker.sendall(bytes([octet]))
            if self.proxy.ended.wait(DRIP_SECONDS) or self.proxy.way != DRIP:
                raise ConnectionError

    def reset(self):
        """As a firewall does, or a machine that has forgotten the connection (RST)."""
        self.asker.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.asker.shutdown(socket.SHUT_RD)
        self.asker.close()
        raise ConnectionResetError


class Proxy(threading.Thread):
    """Listens on self.port. server: a port on loopback, or the path of a socket."""

    link_class = Link

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server = server
        self.way = PASS
        self.met = 0  # answers that were not just passed on
        self.sockets = []
        self.ended = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()

    def set_way(self, way):
        """From the next answer on; whoever was kept waiting is hung up on."""
        self.way = way
        self.met = 0
        if way == PASS:
            self.cut()

    def cut(self):
        sockets, self.sockets = self.sockets, []
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                asker = self.listener.accept()[0]
                threading.Thread(target=self.serve, args=(asker,), daemon=True).start()

    def reach_server(self):
        if isinstance(self.server, int):
            return socket.create_connection(("127.0.0.1", self.server))
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self.server))
        return server

    def serve(self, asker):
        with asker, contextlib.suppress(OSError), self.reach_server() as server:
            self.sockets += [asker, server]
            link = self.link_class(self, asker, server)
            back = threading.Thread(target=self.serve_back, args=(link,), daemon=True)
            back.start()
            try:
                while octets := asker.recv(65536):
                    link.ask(octets)
                server.shutdown(socket.SHUT_WR)
            finally:
                back.join()

    @staticmethod
    def serve_back(link):
        with contextlib.suppress(OSError):
            while octets := link.server.recv(65536):
                link.answer(octets)
        with contextlib.suppress(OSError):
            link.asker.shutdown(socket.SHUT_RDWR)
            link.server.shutdown(socket.SHUT_RDWR)
