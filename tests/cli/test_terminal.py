"""The commands as a new user meets them, on a real terminal."""

import pytest

from adaptor.cli.main import COMMANDS


def test_help_lists_every_command_and_the_exit_codes_within_the_width(screen):
    terminal = screen("adaptor", "--help", columns=70)
    shown = terminal.read()
    assert terminal.end() == 0
    for name in COMMANDS:
        assert f"\n    {name} " in shown
    assert "exit codes:" in shown
    assert max(len(line) for line in shown.splitlines() if not line.startswith("  ")) <= 70


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_an_example(screen, command):
    terminal = screen("adaptor", command, "--help")
    shown = terminal.read()
    assert terminal.end() == 0
    assert shown.startswith(f"usage: adaptor {command}")
    assert "adaptor " + command in shown.split("options:")[1]


@pytest.mark.long
def test_a_new_project_runs_from_its_first_command_on(screen, tmp_path):
    terminal = screen("bash", "--norc", "--noprofile", "-i", PS1="> ")
    terminal.read("> ")
    terminal.type("adaptor new demo && cd demo\n")
    shown = terminal.read("adaptor test\n> ")
    assert "demo is ready:" in shown
    assert "  remind.py         the job\n" in shown

    terminal.type("adaptor run remind.py -s state.json --sandbox; echo code $?\n")
    shown = terminal.read("code 0\n> ")
    assert "✓ 1 try_each  1 sent, 1 failed, " in shown
    assert "  > Hello Ana, see you on Tuesday 01 December.\n    [I will come] [Move it]\n" in shown
    assert "1 message accepted, 1 person reached, 1 refused" in shown
    assert "\x1b[32m✓\x1b[0m" in terminal.raw

    terminal.type("adaptor test; echo code $?\n")
    shown = terminal.read("code 0\n> ")
    assert "  ✓ those who want it and wrote within 24 hours are reminded" in shown
    assert "2 cases: 2 passed." in shown

    terminal.type("adaptor run remind.py -S '{}'; echo code $?\n")
    shown = terminal.read("code 1\n> ")
    assert "MissingReference: " in shown
    assert "Traceback" not in shown
    assert "\x1b[31mMissingReference: " in terminal.raw

    terminal.type("exit\n")
    terminal.read()


@pytest.mark.long
def test_docs_are_bold_on_a_terminal_and_as_wide_as_it_is(screen):
    terminal = screen("adaptor", "docs", "send_text", columns=60)
    shown = terminal.read()
    assert terminal.end() == 0
    assert shown.startswith("send_text(recipient, text, *, quick_replies=None,\n")
    assert "\nArguments\n  recipient: str | int | dict[str, Any]\n" in shown
    assert max(map(len, shown.splitlines())) <= 76  # an address is not broken
    assert "\x1b[1mArguments\x1b[0m" in terminal.raw
    quiet = screen("adaptor", "docs", "send_text", NO_COLOR="1")
    quiet.read()
    assert "\x1b" not in quiet.raw
