"""The kernel's end of scripts: for each a network namespace with a TUN device, and the sockets that the script asks for.

Owns what touches the kernel. Reads one command a line (a JSON list) from standard input and answers each with one line. The
namespace, its device and its sockets belong to this process alone, are replaced by the next `open`, and die with the process,
which ends when its standard input does.
Read first: Linux Documentation/networking/tuntap.rst, man 7 tcp, man 5 proc (net/snmp, net/netstat, net/tcp).
"""

import base64
import ctypes
import errno
import fcntl
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
SIOCINQ, SIOCOUTQ = 0x541B, 0x5411

# Larger than any packet: TUN hands out one at a time.
PACKET_BYTES = 70000

# struct tcp_info, as far as scripts ask for it: offset and format of each field (include/uapi/linux/tcp.h).
TCP_INFO = {
    "tcpi_state": (0, "B"), "tcpi_ca_state": (1, "B"), "tcpi_retransmits": (2, "B"), "tcpi_probes": (3, "B"),
    "tcpi_backoff": (4, "B"), "tcpi_options": (5, "B"), "tcpi_rto": (8, "I"), "tcpi_ato": (12, "I"),
    "tcpi_snd_mss": (16, "I"), "tcpi_rcv_mss": (20, "I"), "tcpi_unacked": (24, "I"), "tcpi_sacked": (28, "I"),
    "tcpi_lost": (32, "I"), "tcpi_retrans": (36, "I"), "tcpi_last_data_recv": (52, "I"), "tcpi_rtt": (68, "I"),
    "tcpi_rttvar": (72, "I"), "tcpi_snd_ssthresh": (76, "I"), "tcpi_snd_cwnd": (80, "I"), "tcpi_advmss": (84, "I"),
    "tcpi_bytes_acked": (120, "Q"), "tcpi_notsent_bytes": (144, "I"),
}

libc = ctypes.CDLL(None, use_errno=True)


def enter_namespace(address):
    """Leaves the machine's network for an empty one whose only way leads to this process."""
    if libc.unshare(CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, "unshare(CLONE_NEWNET): " + os.strerror(number))
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"tun0", IFF_TUN | IFF_NO_PI))
    write_sysctl("net.ipv6.conf.all.disable_ipv6", "1")
    write_sysctl("net.ipv4.conf.all.rp_filter", "0")
    write_sysctl("net.ipv4.conf.default.rp_filter", "0")
    commands = f"link set lo up\naddr add {address}/32 dev tun0\nlink set tun0 up\nroute add default dev tun0\n"
    subprocess.run(["ip", "-batch", "-"], input=commands.encode(), check=True)
    return tun


def write_sysctl(name, value):
    with open("/proc/sys/" + name.replace(".", "/"), "w") as file:
        file.write(value)


def counters():
    """All counters of the namespace by their MIB names."""
    found = {}
    for path, groups in (("/proc/net/snmp", ("Tcp",)), ("/proc/net/netstat", ("TcpExt",))):
        with open(path) as file:
            lines = file.read().splitlines()
        for names, values in zip(lines[::2], lines[1::2]):
            group, *names = names.replace(":", "").split()
            if group in groups:
                found.update(zip(names, map(int, values.split()[1:])))
    return found


def jiffies():
    """The kernel's count of ticks."""
    with open("/proc/timer_list") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("jiffies:"))


def measure_ticks():
    """The kernel's ticks per second, and the nanoseconds of its monotonic clock at tick 0."""
    # A tick is a whole number of its lengths after 0, so of several readings the one soonest after a tick is right.
    began, first = time.monotonic_ns(), jiffies()
    time.sleep(0.2)
    passed = time.monotonic_ns() - began
    rate = min((100, 250, 300, 1000), key=lambda hz: abs(hz - (jiffies() - first) * 1e9 / passed))
    length = 1_000_000_000 // rate
    starts = []
    for _ in range(25):
        count = jiffies()
        starts.append((time.monotonic_ns() // length - count) * length)
        time.sleep(0.0007)
    # Ticks that pass between the count and the time, and a count that is still the one before, only ever make it later.
    return rate, min(starts)


def sockets():
    """Every socket of the namespace: state, local port, bytes or connections that wait, and timeouts so far."""
    with open("/proc/net/tcp") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    return [
        [int(row[3], 16), int(row[1].split(":")[1], 16), int(row[4].split(":")[1], 16), int(row[6], 16)] for row in rows
    ]


class KernelEnd:
    def __init__(self):
        self.tun = None
        self.handles = {}
        self.sent = []
        self.began = time.monotonic_ns()
        self.rate, self.tick_0 = measure_ticks()

    def do_open(self, address, sysctls):
        """A fresh namespace; the one before ends with all that was in it."""
        if self.tun is not None:
            os.close(self.tun)
        for handle in self.handles.values():
            handle.close()
        self.handles = {}
        self.next_handle = 0
        self.tun = enter_namespace(address)
        for name, value in sysctls.items():
            write_sysctl(name, value)
        self.drain()
        self.sent = []
        self.do_start()

    def do_start(self):
        """The script begins now: time and counters count from here."""
        self.base = counters()
        self.began = time.monotonic_ns()

    def do_clock(self):
        """When the script began and when tick 0 was, microseconds on the monotonic clock, and ticks per second."""
        return [self.began // 1000, self.tick_0 // 1000, self.rate]

    def now(self):
        """Microseconds since the script began."""
        return (time.monotonic_ns() - self.began) // 1000

    def drain(self):
        """Takes what the kernel has sent; returns how many packets that was."""
        taken = 0
        while True:
            try:
                packet = os.read(self.tun, PACKET_BYTES)
            except BlockingIOError:
                return taken
            self.sent.append([self.now(), base64.b64encode(packet).decode()])
            taken += 1

    def do_inject(self, packet):
        os.write(self.tun, base64.b64decode(packet))

    def do_wait(self, until, whole):
        """Waits until `until`; unless `whole`, only until the kernel sends something."""
        while True:
            left = until - self.now()
            if left <= 0:
                return
            # select() rounds up to its own slack: the last part of the way in a shorter step.
            select.select([self.tun], [], [], left / 1e6)
            if self.drain() > 0 and not whole:
                return

    def do_sysctl(self, name, value):
        write_sysctl(name, value)

    def do_flush_metrics(self):
        subprocess.run(["ip", "tcp_metrics", "flush", "all"], check=True, stdout=subprocess.DEVNULL)

    def do_inspect(self):
        now = counters()
        return {"counters": {name: value - self.base.get(name, 0) for name, value in now.items()}, "sockets": sockets()}

    def add(self, made):
        made.setblocking(False)
        self.handles[self.next_handle] = made
        self.next_handle += 1
        return self.next_handle - 1

    def do_socket(self):
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return self.add(made)

    def do_bind(self, handle, address, port):
        self.handles[handle].bind((address, port))
        return 0

    def do_listen(self, handle, backlog):
        # socket.listen() raises a negative backlog to 0: the system call does not.
        if libc.listen(self.handles[handle].fileno(), backlog) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return 0

    def do_accept(self, handle):
        return self.add(self.handles[handle].accept()[0])

    def do_connect(self, handle, address, port):
        self.handles[handle].connect((address, port))
        return 0

    def do_read(self, handle, length, peek):
        return base64.b64encode(self.handles[handle].recv(length, socket.MSG_PEEK if peek else 0)).decode()

    def do_write(self, handle, data, ends_record):
        flags = socket.MSG_NOSIGNAL | (socket.MSG_EOR if ends_record else 0)
        return self.handles[handle].send(base64.b64decode(data), flags)

    def do_shutdown(self, handle, how):
        self.handles[handle].shutdown(getattr(socket, how))
        return 0

    def do_close(self, handle):
        self.handles.pop(handle).close()
        return 0

    def do_setsockopt(self, handle, level, name, value):
        packed = struct.pack("ii", value["onoff"], value["linger"]) if isinstance(value, dict) else value
        packed = value.encode() if isinstance(value, str) else packed
        self.handles[handle].setsockopt(level, name, packed)
        return 0

    def do_getsockopt(self, handle, level, name, length):
        return base64.b64encode(self.handles[handle].getsockopt(level, name, length)).decode()

    def do_poll(self, handle):
        poller = select.poll()
        poller.register(self.handles[handle], select.POLLIN | select.POLLOUT | select.POLLRDHUP)
        events = poller.poll(0)
        names = ("POLLIN", "POLLOUT", "POLLERR", "POLLHUP", "POLLRDHUP")
        return [name for name in names if events and events[0][1] & getattr(select, name)]

    def do_ioctl(self, handle, request):
        answer = fcntl.ioctl(self.handles[handle], {"SIOCINQ": SIOCINQ, "SIOCOUTQ": SIOCOUTQ}[request], b"\0" * 4)
        return struct.unpack("i", answer)[0]

    def do_tuple(self, handle):
        local, remote = self.handles[handle].getsockname(), self.handles[handle].getpeername()
        return [*local, *remote]

    def do_tcp_info(self, handle):
        info = self.handles[handle].getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        fields = {name: struct.unpack_from(form, info, at)[0] for name, (at, form) in TCP_INFO.items()}
        # Two fields of four bits.
        return {**fields, "tcpi_snd_wscale": info[6] & 15, "tcpi_rcv_wscale": info[6] >> 4}

    def answer(self, command):
        """What the command gives, or the name of its error; when it was done; and what the kernel has sent meanwhile."""
        name, *arguments = command
        began = time.monotonic_ns()
        try:
            reply = {"result": getattr(self, "do_" + name)(*arguments)}
        except OSError as error:
            reply = {"error": errno.errorcode.get(error.errno, str(error))}
        if self.tun is not None:
            self.drain()
        reply["took"] = (time.monotonic_ns() - began) // 1000
        reply["sent"], self.sent = self.sent, []
        reply["now"] = self.now()
        return reply


def main():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    end = KernelEnd()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(end.answer(json.loads(line))) + "\n")
        sys.stdout.flush()


main()
