"""Follows a page as its reader does: from top to bottom, in an empty folder, saving files and performing commands."""

from __future__ import annotations

import ast
import csv
import importlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import yaml

from adaptor.cli.main import parser
from adaptor.sandbox import Sandbox

from .page import Block

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: What only a shell understands.
_SHELL = re.compile(r"[|<>`*]|\$\(|\$\{?\w")
_APP = {"app_id": "1020304050607080", "app_secret": "0123456789abcdef0123456789abcdef"}


class Reader:
    """Follows one page.

    Args:
        folder: Where the reader begins; empty.
        forks: Runs `adaptor`.
    """

    def __init__(self, folder: Path, forks: Any) -> None:
        self._home = folder
        self.folder = folder
        self._forks = forks
        self._output: tuple[str, str] | None = None
        self._meta: Sandbox | None = None
        self._extra = {
            "HOME": str(folder),
            "PATH": f"{self._command_folder()}:{os.path.dirname(sys.executable)}:/usr/bin:/bin",
            "BROWSER": "true",
        }
        self._environment = {**forks.environment, **self._extra}

    def _command_folder(self) -> Path:
        """Make a folder with the command `adaptor` in it, which is this package."""
        folder = self._home.with_name(f"{self._home.name}-bin")
        folder.mkdir()
        command = folder / "adaptor"
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m adaptor "$@"\n')
        command.chmod(0o755)
        return folder

    def close(self) -> None:
        """Stop what stands in for Meta."""
        if self._meta is not None:
            self._meta.stop()

    def follow(self, block: Block) -> None:
        """Do what one block says, and compare what came out with what the page shows."""
        act = Reader._save if block.title else _ACTS.get(block.language)
        assert act is not None, f"{block.place}: a block of {block.language!r} needs a title, the file it is saved as"
        act(self, block)

    def _save(self, block: Block) -> None:
        assert block.title is not None
        _parse(block)
        path = self.folder / block.title
        path.parent.mkdir(parents=True, exist_ok=True)
        text = block.text
        if path.stem.startswith("credentials"):
            text = json.dumps(self._at_the_sandbox(yaml.safe_load(text)))
        path.write_text(text, encoding="utf-8")
        if path.stem.startswith("credentials"):
            path.chmod(0o600)

    def _at_the_sandbox(self, credentials: dict[str, Any]) -> dict[str, Any]:
        """Let a sandbox take the place of Meta."""
        if self._meta is None:
            people = self.folder / "sandbox.json"
            known = json.loads(people.read_text("utf-8")) if people.exists() else {}
            app = {"app": {"id": _APP["app_id"], "name": "Clinic"}, "app_secret": _APP["app_secret"]}
            self._meta = Sandbox(**{**known, **app})
            self._meta.start()
        if any(isinstance(value, dict) for value in credentials.values()):
            return {
                name: self._at_the_sandbox(each) if isinstance(each, dict) else each
                for name, each in credentials.items()
            }
        here = {"access_token": self._meta.access_token, "base_url": self._meta.url}
        return {**credentials, **here, **{key: value for key, value in _APP.items() if key in credentials}}

    def perform(self, block: Block) -> None:
        """Perform the commands of a block."""
        if "compile" in block.marks:
            _read_commands(block)
            return
        out, err = "", ""
        lines = block.text.replace("\\\n", " ").splitlines()
        commands = [part for line in lines if line.strip() and not line.startswith("#") for part in _parts(line)]
        for number, command in enumerate(commands):
            is_last = number == len(commands) - 1
            if "ctrl-c" in block.marks and is_last:
                code, *written = self._until_interrupted(command)
            else:
                code, *written = self._run(command)
            expected = int(block.marks.get("exit", "0")) if is_last else 0
            out, err = out + written[0], err + written[1]
            said = "".join(written)
            assert code == expected, f"{block.place}: `{command}` ended with {code}, not {expected}:\n{said}"
        self._output = out, err

    def _run(self, command: str) -> tuple[int, str, str]:
        words = shlex.split(command, comments=True)
        if words[0] == "cd":
            self.folder = (self.folder / words[1]).resolve()
            assert self.folder.is_dir(), command
            return 0, "", ""
        if words[0] == "adaptor" and not _SHELL.search(command):
            done = self._forks.run(words[1:], cwd=self.folder, env=self._extra)
        else:
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", command],
                cwd=self.folder, env=self._environment, capture_output=True, encoding="utf-8", timeout=60,
            )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    def _until_interrupted(self, command: str) -> tuple[int, str, str]:
        words = shlex.split(command, comments=True)
        # The port of the page may be in use on the machine of these tests.
        words += ["--port", "0"] if words[:2] == ["adaptor", "sandbox"] and "--port" not in words else []
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", *words], cwd=self.folder, env=self._environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        )  # fmt: skip
        assert process.stdout is not None
        watchdog = threading.Timer(30, process.kill)
        watchdog.start()
        with process, process.stdout:
            output = ""
            for line in process.stdout:
                output += line
                if "Ctrl-C" in line:
                    process.send_signal(signal.SIGINT)
                    break
            output += process.stdout.read()
        watchdog.cancel()
        return process.returncode, output, ""

    def _compare(self, block: Block) -> None:
        assert self._output is not None, f"{block.place}: no command stands before this output"
        out, err = self._output
        # On a terminal both are one.
        is_there = any(re.search(_pattern(block.text), both) for both in (out + err, err + out))
        assert is_there, f"{block.place}: this is not what came out:\n{err}{out}"

    def _try_job(self, block: Block) -> None:
        if "compile" in block.marks:
            _compile(block)
            return
        (self.folder / "snippet.py").write_text(block.text, encoding="utf-8")
        state = ["-s", "state.json"] if (self.folder / "state.json").exists() else []
        done = self._forks.run(["run", "snippet.py", *state, "--sandbox"], cwd=self.folder, env=self._extra)
        self._output = done.stdout, done.stderr
        expected = int(block.marks.get("exit", "0"))
        assert done.returncode == expected, f"{block.place}: ended with {done.returncode}:\n{done.stderr}{done.stdout}"


def _parts(line: str) -> list[str]:
    """Return the commands of a line; what only a shell understands stays whole."""
    return [line] if _SHELL.search(line.partition(" #")[0]) else line.partition(" #")[0].split(" && ")


def _pattern(text: str) -> str:
    """Return what matches an output: `…` is anything within a line, and on a line of its own any lines."""
    lines = [
        r"(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.rstrip().split("…"))) + r" *\n"
        for line in text.splitlines()
    ]
    return "(?m)^" + "".join(lines)


def _read_commands(block: Block) -> None:
    """Read commands that cannot be performed here: ours exist, with these options."""
    for line in block.text.splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["adaptor"]:
            parser().parse_args(words[1:])


def _parse(block: Block) -> None:
    """Read what other programs would read."""
    if block.language == "json":
        json.loads(block.text)
    elif block.language == "yaml":
        yaml.safe_load(block.text)
    elif block.language == "csv":
        list(csv.reader(block.text.splitlines(), strict=True))
    elif block.language == "python":
        _compile(block)


def _compile(block: Block) -> None:
    """Compile a block; what it imports of this package exists."""
    tree = ast.parse(block.text, block.place)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "adaptor":
            module = importlib.import_module(node.module or "")
            for name in node.names:
                assert hasattr(module, name.name), f"{block.place}: {node.module} has no {name.name}"


_ACTS: dict[str, Callable[[Reader, Block], None]] = {
    "sh": lambda reader, block: reader.perform(block),
    "text": Reader._compare,
    "python": Reader._try_job,
    "json": lambda _, block: _parse(block),
    "yaml": lambda _, block: _parse(block),
}


class ShellReader(Reader):
    """Follows a page in one shell, where each block is pasted as it is.

    Args:
        folder: Where the reader begins.
        forks: Runs `adaptor` for what is no command of the page.
        environment: The environment of the shell.
    """

    def __init__(self, folder: Path, forks: Any, environment: dict[str, str]) -> None:
        super().__init__(folder, forks)
        self._shell = subprocess.Popen(
            ["bash", "--norc"], cwd=folder, env=environment, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def close(self) -> None:
        """Leave the shell."""
        super().close()
        self._shell.communicate("exit\n", timeout=60)

    def perform(self, block: Block) -> None:
        """Paste a block, command by command."""
        expected = [0] * block.text.count("\n")
        expected[-1] = int(block.marks.get("exit", "0"))
        said = ""
        for command, code in zip(block.text.splitlines(), expected, strict=True):
            output = self._paste(f'{command}\necho "@@ $? $PWD"\n')
            said += "".join(output[:-1])
            _, ended, folder = output[-1].rstrip("\n").split(" ", 2)
            self.folder = type(self.folder)(folder)
            assert int(ended) == code, f"{block.place}: `{command}` ended with {ended}, not {code}:\n{said}"
        self._output = said, ""

    def _paste(self, text: str) -> list[str]:
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.write(text)
        self._shell.stdin.flush()
        lines: list[str] = []
        while not (lines and lines[-1].startswith("@@ ")):
            line = self._shell.stdout.readline()
            assert line, f"the shell has ended: {''.join(lines)}"
            lines.append(line)
        return lines
