"""The real command, run as a user runs it."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from werkzeug import Response

from tests.waiting import PATIENCE

#: A token with signs that are written differently in a URL, in JSON and in base64.
TOKEN = 'EAAG/secret+token=="quoted"%20'.replace('"', "~")


class Done:
    """What came of a command."""

    def __init__(self, process: subprocess.CompletedProcess[str], folder: Path):
        self.code = process.returncode
        self.out = process.stdout
        self.err = process.stderr
        self.folder = folder

    @property
    def state(self):
        return json.loads(self.out)

    def written(self):
        """Everything that the command wrote: both streams and every file in its folder."""
        files = [file.read_bytes().decode(errors="replace") for file in self.folder.rglob("*") if file.is_file()]
        return "\n".join([self.out, self.err, *files])


@pytest.fixture
def environment(forks):
    """The environment of the command: nothing of the tester's own credentials."""
    return dict(forks.environment)


@pytest.fixture
def adaptor(tmp_path, forks):
    """Write a job and run it: `adaptor("log(1)", "-O", state={...})`."""

    def run(script, *arguments, state=None, files=None, stdin=None, env=None, command="run"):
        words = [command]
        if script is not None:
            (tmp_path / "job.py").write_text(script, encoding="utf-8")
            words.append("job.py")
        for name, text in (files or {}).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        if state is not None:
            words += ["-S", json.dumps(state)]
        return Done(forks.run([*words, *arguments], cwd=tmp_path, env=env, stdin=stdin or ""), tmp_path)

    return run


class Screen:
    """A program on a pseudo-terminal: what is typed, and what the screen shows."""

    def __init__(self, words, cwd, environment, columns=80):
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self._process = subprocess.Popen(
            words, cwd=cwd, env=environment, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        self.raw = ""
        self._found = 0

    def type(self, keys):
        os.write(self._master, keys.encode())

    def read(self, wanted=None):
        """Return what the screen shows from where the last text was found up to this one; with None, up to the end."""
        until = time.monotonic() + PATIENCE
        while wanted is None or wanted not in plain(self.raw)[self._found :]:
            assert time.monotonic() < until, f"{wanted!r} is not on the screen: {plain(self.raw)[self._found :]!r}"
            if select.select([self._master], [], [], 1)[0]:
                try:
                    data = os.read(self._master, 65536)
                except OSError:
                    # Linux says so when nobody holds the other end any more.
                    data = b""
                if not data:
                    assert wanted is None, f"it ended before {wanted!r}: {self.raw!r}"
                    break
                self.raw += data.decode(errors="replace")
        shown = plain(self.raw)
        start = self._found
        self._found = len(shown) if wanted is None else shown.index(wanted, start) + len(wanted)
        return shown[start : self._found]

    def end(self):
        return self._process.wait(PATIENCE)

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._master)


def plain(text):
    """What a terminal shows of a text: no colours and other commands to it, and plain line ends."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x07", "", text).replace("\r", "")


@pytest.fixture
def screen(tmp_path, environment):
    """Start programs on pseudo-terminals; `adaptor` is on their path."""
    opened = []
    kept = {key: value for key, value in environment.items() if key not in ("NO_COLOR", "FORCE_COLOR", "CI", "COLUMNS")}
    folder = f"{Path(sys.executable).parent}:{kept['PATH']}"

    def start(*words, columns=80, cwd=tmp_path, **more):
        environment = {**kept, "TERM": "xterm-256color", "PATH": folder, "LC_ALL": "C.UTF-8", **more}
        opened.append(Screen(words, cwd, environment, columns))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


PAGE = "102030405060708"


class Meta:
    """Accepts messages and writes down which; at the n-th one, something else may happen first."""

    def __init__(self, server):
        self.url = server.url_for("").rstrip("/")
        #: Whom was written what, in order.
        self.accepted = []
        #: To whom it showed what, such as `typing_on`.
        self.actions = []
        #: What other systems were told.
        self.told = []
        self.on_told = None
        self._moves = {}
        self._count = 0
        server.expect_request("/v26.0/me").respond_with_json({"id": PAGE})
        server.expect_request("/v26.0/me/messages", method="POST").respond_with_handler(self._message)
        server.expect_request("/told", method="POST").respond_with_handler(self._tell)

    def at(self, number, move):
        """At the message of that number, counted over all runs: do this; an answer that it gives is Meta's refusal."""
        self._moves[number] = move

    def _message(self, request):
        body = request.get_json()
        if "sender_action" in body:
            self.actions.append((body["recipient"]["id"], body["sender_action"]))
            return _json({"recipient_id": body["recipient"]["id"]})
        self._count += 1
        answer = self._moves.get(self._count, lambda: None)()
        if answer is not None:
            return answer
        to, text = body["recipient"]["id"], body["message"]["text"]
        self.accepted.append((to, text))
        return _json({"recipient_id": to, "message_id": f"m_{len(self.accepted)}"})

    def _tell(self, request):
        body = request.get_json()
        self.told.append(body.get("step", body))
        if self.on_told is not None:
            self.on_told(self.told[-1])
        return _json({"number": len(self.told)})

    @staticmethod
    def broken():
        """An answer that nobody can trust: what it answers may have been carried out."""
        return Response("", status=500)

    @staticmethod
    def refusal(code, subcode=None):
        """What Meta says where it refuses."""
        return _json({"error": {"message": "no", "code": code, "error_subcode": subcode}}, status=400)


def _json(body, status=200):
    return Response(json.dumps(body), status=status, content_type="application/json")


class Command:
    """A command that runs beside the test."""

    def __init__(self, words, cwd, environment):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "adaptor", *words],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.err = ""
        self.out = ""

    def kill(self):
        """End it as nothing can be on guard against; it is gone when this returns."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def interrupt(self):
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def end(self):
        """Wait for its end and return the exit code."""
        self.out, self.err = self.process.communicate(timeout=60)
        return self.process.returncode


@pytest.fixture
def meta(httpserver):
    """A Graph API whose every move the test decides."""
    return Meta(httpserver)


@pytest.fixture
def beside(tmp_path, environment):
    """Start commands that run beside the test."""
    started = []

    def start(*words, **more):
        started.append(Command(words, tmp_path, {**environment, **more}))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.communicate()
