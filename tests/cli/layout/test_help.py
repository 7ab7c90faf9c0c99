"""How help is laid out."""

from __future__ import annotations

import pytest

from adaptor.cli.main import parser


@pytest.mark.parametrize("command", [(), ("runs",), ("config",), ("collections",)])
def test_help_shows_no_value_of_python(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args([*command, "--help"])
    shown = capsys.readouterr().out
    assert "commands:" in shown
    assert "None" not in shown
