"""Processes by names that no later one has, so that one that is gone can be seen to be gone."""

from __future__ import annotations

import os
import socket


def this_machine() -> str:
    """Return a name of this machine that changes with each start of it."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return f"{socket.gethostname()}/{file.read().strip()}"
    except OSError:
        return socket.gethostname()


def this_process() -> str:
    """Return a name of this process that no later one has."""
    return process_name(os.getpid()) or str(os.getpid())


def process_name(pid: int) -> str | None:
    """Return the name of a process, or None where there is none with that number."""
    if os.path.exists("/proc/self/stat"):
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                # Behind the name, which may hold anything, the 20th field is when it began.
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
    """Whether a process is certainly gone: only one of this machine can be known to be."""
    if machine != this_machine():
        return False
    pid = process.partition("@")[0]
    return pid.isdecimal() and process_name(int(pid)) != process
