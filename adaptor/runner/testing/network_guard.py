"""Keeping this process from the network: no connection to another machine, and no program that could make one."""

from __future__ import annotations

import sys

from ...core.errors import JobError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ADDRESSED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_NAMED = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_PROGRAMS = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn"})

#: What was refused so far, in words. Kept, since a job may catch the error.
refused: list[str] = []


class NothingLeaves(JobError):
    """A tested job tried to reach another machine. Nothing was sent."""

    code = "NOTHING_LEAVES"


def block_network() -> None:
    """Refuse from now on, until this process ends, whatever could reach another machine."""
    sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _ADDRESSED:
        # Of a socket that is not of the Internet the address is a path.
        address = arguments[1]
        if isinstance(address, tuple) and not _is_here(address[0]):
            raise _refused(f"a connection to {address[0]}")
    elif event in _NAMED:
        if not _is_here(arguments[0]):
            raise _refused(f"a connection to {_text(arguments[0])}")
    elif event in _PROGRAMS:
        raise _refused("another program")


def _is_here(host: Any) -> bool:
    if host is None or _text(host).lower() in ("", "localhost"):
        return True
    from ipaddress import ip_address

    try:
        address = ip_address(_text(host))
    except ValueError:
        # A name, which may be another machine.
        return False
    return address.is_loopback or address.is_unspecified


def _text(host: Any) -> str:
    return host.decode("utf-8", "replace") if isinstance(host, bytes) else str(host)


def _refused(what: str) -> NothingLeaves:
    refused.append(what)
    return NothingLeaves(
        f"The job asked for {what}; in a test nothing leaves this machine.",
        fix="Call other systems with http.get(…) and the like, and record the calls under `calls` of the case.",
    )
