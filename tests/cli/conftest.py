"""The real command, run as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

#: A token with signs that are written differently in a URL, in JSON and in base64.
TOKEN = 'EAAG/secret+token=="quoted"%20'.replace('"', "~")


class Done:
    """What came of a command."""

    def __init__(self, process: subprocess.CompletedProcess[bytes], folder: Path):
        self.code = process.returncode
        self.out = process.stdout.decode()
        self.err = process.stderr.decode()
        self.folder = folder

    @property
    def state(self):
        return json.loads(self.out)

    def written(self):
        """Everything that the command wrote: both streams and every file in its folder."""
        files = [file.read_bytes().decode(errors="replace") for file in self.folder.rglob("*") if file.is_file()]
        return "\n".join([self.out, self.err, *files])


@pytest.fixture
def environment():
    """The environment of the command: nothing of the tester's own credentials."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ADAPTOR_")}
    return {**kept, "PYTHONPATH": str(Path(__file__).parents[2])}


@pytest.fixture
def adaptor(tmp_path, environment):
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
        process = subprocess.run(
            [sys.executable, "-m", "adaptor", *words, *arguments],
            cwd=tmp_path,
            env={**environment, **(env or {})},
            input=stdin if stdin is None else stdin.encode(),
            capture_output=True,
            timeout=60,
        )
        return Done(process, tmp_path)

    return run
