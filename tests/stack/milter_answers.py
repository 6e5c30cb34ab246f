"""Does a milter answer on this unix socket? Offers protocol version 6 (SMFIC_OPTNEG) and
expects an offer back. Exit status 0: yes."""
import socket
import struct
import sys

OFFER = struct.pack("!IcIII", 13, b"O", 6, 0x1FF, 0x1FFFFF)
QUIT = struct.pack("!Ic", 1, b"Q")

with socket.socket(socket.AF_UNIX) as link:
    link.settimeout(5)
    link.connect(sys.argv[1])
    link.sendall(OFFER)
    answer = link.recv(5)
    link.sendall(QUIT)
sys.exit(0 if answer[4:5] == b"O" else 1)
