"""Headless Chromium, for the HTML that people get: what it draws, what it complains of, and
what it would load.

A page is served on loopback with a Content-Security-Policy that allows nothing but the page's
own style; whatever else the page tries is reported to the same server.
"""
import contextlib
import http.server
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import tempfile
import threading
import zlib

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars", "--enable-logging=stderr"]
SECONDS_MOST = 180
POLICY = "default-src 'none'; style-src 'unsafe-inline'; report-uri /violation"


def find():
    """The program, or None."""
    return shutil.which("chromium")


def run(*args):
    """Run it to its end; what it says on standard output and standard error."""
    with tempfile.TemporaryDirectory(prefix="chromium-") as profile:
        with subprocess.Popen([find(), *FLAGS, f"--user-data-dir={profile}", *args],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              errors="replace", start_new_session=True) as browser:
            try:
                said = browser.communicate(timeout=SECONDS_MOST)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(browser.pid, signal.SIGKILL)
    return said


def console(stderr):
    """What the page wrote to the console, or made Chromium write there; but not what it thinks of
    a busy machine."""
    return [line for line in stderr.splitlines()
            if "CONSOLE" in line and "Slow network is detected" not in line]


class Server:
    """A web server on loopback, as long as its context."""

    def __init__(self, handler):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def address(self, name):
        return f"http://127.0.0.1:{self.server.server_port}/{name.lstrip('/')}"


class Site(Server):
    """Pages by name, and what was asked for beside them."""

    def __init__(self, pages, policy=POLICY):
        site = self
        self.pages = pages
        self.policy = policy
        self.violations = []
        self.others = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                page = site.pages.get(self.path.lstrip("/"))
                if page is None and self.path != "/favicon.ico":
                    site.others.append(self.path)
                self.send_response(200 if page is not None else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                if site.policy:
                    self.send_header("Content-Security-Policy", site.policy)
                self.end_headers()
                self.wfile.write((page or "").encode())

            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                site.violations.append(self.rfile.read(length).decode())
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        super().__init__(Handler)


def dump(site, name, *flags):
    """The page's elements as Chromium has understood them, and its console."""
    out, err = run(*flags, "--dump-dom", site.address(name))
    return out, console(err)


def photograph(site, name, width, height):
    """The page as it is drawn: a PNG."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "page.png"
        run(f"--screenshot={path}", f"--window-size={width},{height}", site.address(name))
        return path.read_bytes()


def print_out(site, name):
    """The page as it is printed: a PDF."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "page.pdf"
        run(f"--print-to-pdf={path}", "--no-pdf-header-footer", site.address(name))
        return path.read_bytes()


def pages_of(pdf):
    """Width and height, in points, of each page."""
    sheets = re.findall(rb"/Type /Page\b(?!s).*?endobj", pdf, re.DOTALL)
    return [tuple(float(side) for side in
                  re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", sheet).groups())
            for sheet in sheets]


def unfilter(kind, line, before, step):
    """One line of a PNG as it was before it was made easier to compress (PNG, section 9)."""
    for i, octet in enumerate(line):
        left = line[i - step] if i >= step else 0
        up = before[i]
        corner = before[i - step] if i >= step else 0
        if kind == 1:
            add = left
        elif kind == 2:
            add = up
        elif kind == 3:
            add = (left + up) // 2
        elif kind == 4:
            guess = left + up - corner
            add = min((left, up, corner), key=lambda value: abs(guess - value))
        else:
            add = 0
        line[i] = (octet + add) & 255
    return line


def count_colour(png, colour):
    """How many pixels of a PNG (8 bit RGB or RGBA, as Chromium writes it) are of a colour."""
    data, place, size = b"", 8, None
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place:place + 8])
        chunk = png[place + 8:place + 8 + length]
        if kind == b"IHDR":
            size = struct.unpack(">IIBBBBB", chunk)
        elif kind == b"IDAT":
            data += chunk
        place += length + 12
    width, height, depth, form, _, _, interlaced = size
    if depth != 8 or form not in (2, 6) or interlaced:
        raise ValueError(f"not a PNG that this reads: {size}")
    step = 3 if form == 2 else 4
    octets = zlib.decompress(data)
    before, count = bytearray(width * step), 0
    for row in range(height):
        start = row * (width * step + 1)
        line = unfilter(octets[start],
                        bytearray(octets[start + 1:start + 1 + width * step]), before, step)
        count += sum(line[i:i + 3] == colour for i in range(0, len(line), step))
        before = line
    return count
