"""Names of processes that are never used again, so that the end of a process can be detected."""

from __future__ import annotations

import os
import socket


def this_machine() -> str:
    """Return a name of this machine that changes with each boot; each container counts as a machine."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="utf-8") as file:
            return f"{socket.gethostname()}/{file.read().strip()}/{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return socket.gethostname()


def this_host() -> str:
    """Return a name of this machine for people."""
    return socket.gethostname()


def this_process() -> str:
    """Return a name of this process that no later process has."""
    return process_name(os.getpid()) or str(os.getpid())


def process_name(pid: int) -> str | None:
    """Return the name of a process, or None if no process has this number."""
    if os.path.exists("/proc/self/stat"):
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                # After the command, which may hold any character, the 20th field is the start time.
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            return None
        return None if fields[0] in (b"Z", b"X") else f"{pid}@{fields[19].decode()}"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return str(pid)


def is_gone(machine: str, process: str) -> bool:
    """Whether a process has certainly ended; this can be known only on the same machine."""
    if machine != this_machine():
        return False
    pid = process.partition("@")[0]
    return pid.isdecimal() and process_name(int(pid)) != process
