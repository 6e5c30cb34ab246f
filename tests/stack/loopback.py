"""Raise the loopback of a network that is new, which nobody has done yet, and give it the
addresses of the name servers that this machine asks (resolv.conf(5)): programs that know no
other way to be told find those of this network there."""
import fcntl
import ipaddress
import pathlib
import re
import socket
import struct

SIOCSIFFLAGS = 0x8914
SIOCSIFADDR = 0x8916
IFF_UP = 1


def raise_loopback(link):
    fcntl.ioctl(link, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def add_address(link, number, address):
    """A name of its own for each: an interface has one address by this call."""
    where = struct.pack("HH4s8x", socket.AF_INET, 0, address.packed)
    fcntl.ioctl(link, SIOCSIFADDR, struct.pack("16s16s8x", b"lo:%d" % number, where))


def add_address_6(address):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as link:
        fcntl.ioctl(link, SIOCSIFADDR, struct.pack("16sIi", address.packed, 128,
                                                   socket.if_nametoindex("lo")))


def nameservers():
    file = pathlib.Path("/etc/resolv.conf")
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    return [ipaddress.ip_address(word)
            for word in re.findall(r"(?m)^nameserver\s+([^\s%]+)\s*$", text)]


with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_link:
    raise_loopback(any_link)
    for index, server in enumerate(nameservers()):
        if server.is_loopback:
            continue
        if server.version == 4:
            add_address(any_link, index, server)
        else:
            add_address_6(server)
