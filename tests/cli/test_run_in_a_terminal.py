"""What a person sees on a terminal, driven through a pseudo-terminal."""

import json
import os
import re
import select
import subprocess
import sys
import time

import pytest

from tests.waiting import PATIENCE

pty = pytest.importorskip("pty")


@pytest.fixture
def terminal(tmp_path, environment):
    """Run a command in a terminal of 80 columns and return its exit code and what the screen shows."""

    def run(*arguments, columns=80):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "adaptor", *arguments],
            cwd=tmp_path,
            env={**environment, "COLUMNS": str(columns), "TERM": "xterm-256color"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        shown, deadline = b"", time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            ready, _, _ = select.select([ours], [], [], PATIENCE)
            try:
                block = os.read(ours, 65536) if ready else b""
            except OSError:
                # Linux says so where the other side has closed the terminal.
                break
            if not block:
                break
            shown += block
        os.close(ours)
        return process.wait(PATIENCE), shown.decode().replace("\r\n", "\n")

    return run


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)


def test_the_help_of_the_program_fits_the_screen_and_names_commands_and_exit_codes(terminal):
    code, shown = terminal("--help")
    assert code == 0
    assert all(len(line) <= 80 for line in plain(shown).splitlines())
    for words in ("run ", "check ", "version", "exit codes:", "4    killed", "130  interrupted"):
        assert words in shown


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize("columns", [80, 60])
def test_the_help_of_a_command_fits_the_screen_and_ends_with_examples(terminal, command, columns):
    code, shown = terminal(command, "--help", columns=columns)
    assert code == 0
    body, _, examples = plain(shown).partition("examples:")
    assert all(len(line) <= columns for line in body.splitlines()), body
    assert f"adaptor {command} " in examples


@pytest.mark.long
def test_a_run_in_a_terminal_shows_steps_as_they_come_and_ends_with_what_was_sent(terminal, tmp_path):
    steps = [
        {"id": "load", "name": "Load", "expression": "fn(lambda s: {**s, 'data': {'n': 1}})", "next": "send"},
        {"id": "send", "expression": "send_text('1234567890123456', f'Hello {state.data.n}')"},
    ]
    (tmp_path / "w.json").write_text(json.dumps({"steps": steps}))
    code, shown = terminal("run", "w.json", "--sandbox")
    text = plain(shown)
    assert code == 0
    order = ["▸ Load", "✓ Load", "▸ send", "✓ send", "> Hello 1", "Done. Messages: 1 sent."]
    assert [words for words in order if words in text] == order
    assert sorted(order, key=text.index) == order


def test_a_mistake_in_a_terminal_is_one_message_with_the_line_and_the_fix(terminal, tmp_path):
    (tmp_path / "job.py").write_text("lgo('x')\n")
    code, shown = terminal("run", "job.py")
    assert code == 3
    assert "1 | lgo('x')\n           | ^^^" in plain(shown)
    assert "Did you mean `log`?" in shown
    assert "Traceback" not in shown


def test_the_final_state_in_a_terminal_is_json(terminal, tmp_path):
    (tmp_path / "job.py").write_text("fn(lambda s: {'data': 7})\n")
    code, shown = terminal("run", "job.py", "-O", "-l", "error")
    assert code == 0
    assert json.loads(shown) == {"data": 7}


def test_without_a_command_help_is_shown(terminal):
    code, shown = terminal()
    assert code == 2
    assert "usage: adaptor" in shown
