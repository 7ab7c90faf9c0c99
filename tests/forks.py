"""Runs `adaptor` in forks of a process that has imported everything already.

Each command is a process of its own, with its own folder, environment and streams, as if a shell had started it. Only
the start of the interpreter and the imports are done once: they take most of the time of a small job.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import threading

import adaptor
from adaptor.cli.main import main
from adaptor.core.config import read_configuration

#: What commands load beside the package itself.
LOADED = ("jsonpath_ng.ext", "jsonschema", "psycopg", "requests", "sqlite3", "werkzeug", "yaml")


def load() -> None:
    """Import whatever a command may import."""
    for module in pkgutil.walk_packages(adaptor.__path__, "adaptor."):
        if module.name != "adaptor.__main__":
            importlib.import_module(module.name)
    for name in LOADED:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)
    # Read once, from a file.
    read_configuration({"access_token": "EAAG-token"})
    # What is loaded stays where it is, and is shared with the commands.
    gc.freeze()


def serve(channel: socket.socket) -> None:
    """Start what is asked for until the other side is closed; return in each process that is to be a command."""
    under_way: dict[int, int] = {}
    ended, noted = os.pipe()
    os.set_blocking(noted, False)
    signal.set_wakeup_fd(noted)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ready, _, _ = select.select([channel, ended], [], [])
        if ended in ready:
            os.read(ended, 4096)
            tell_ends(under_way)
        if channel in ready:
            order, streams, _, _ = socket.recv_fds(channel, 1 << 20, 4)
            if not order:
                os._exit(0)
            while not order.endswith(b"\n"):
                order += channel.recv(1 << 20)
            *standard, told = streams
            pid = os.fork()
            if not pid:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for descriptor in (channel.detach(), ended, noted, told, *under_way.values()):
                    os.close(descriptor)
                become(json.loads(order), standard)
                return
            for stream in standard:
                os.close(stream)
            under_way[pid] = told
            os.write(told, b"%d\n" % pid)


def tell_ends(under_way: dict[int, int]) -> None:
    """Tell the exit codes of the commands that have ended."""
    for pid, told in list(under_way.items()):
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            with contextlib.suppress(BrokenPipeError):
                os.write(told, b"%d\n" % os.waitstatus_to_exitcode(status))
            os.close(under_way.pop(pid))


def become(order: dict[str, object], streams: list[int]) -> None:
    """Take the folder, the environment, the words and the streams of a command."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    if order["waits"]:
        os.read(0, 1)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = ["adaptor", *order["words"]]
    # As `python -m adaptor` does: a file there does not stand in for a module of Python.
    sys.path[:1] = []
    sys.path.append(order["cwd"])


def end(code: object) -> None:
    """End as an interpreter does, but for taking every module apart, which takes longer than a small job."""
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    load()
    serve(socket.socket(fileno=int(sys.argv[1])))
    try:
        main()
    except SystemExit as exit_:
        end(exit_.code)
