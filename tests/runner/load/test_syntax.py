"""What is said of a script that Python does not take."""

from __future__ import annotations

import pytest

from adaptor.runner.load.syntax import parse
from adaptor.runner.problems.source_lines import CannotLoad


@pytest.mark.parametrize(
    ("source", "line", "what", "fix"),
    [
        ("def f(s):\n\tx = 1\n        return s\n", 3, "inconsistent use of tabs", "spaces"),
        ("log(1)\n  log(2)\n", 2, "unexpected indent", "first column"),
        ("def f(s):\nreturn s\n", 2, "expected an indented block", "four spaces"),
        ('log("a)\n', 1, "unterminated string literal", "three quotes"),
        ('log("a",\u00a0"b")\n', 1, "U+00A0", "plain space"),
        ("log(1)\nname = 'José'\n".encode("latin-1"), 2, "not UTF-8", "Save it as UTF-8"),
        ("# coding: latin-1\nname = 'José'\n  log(2)\n".encode("latin-1"), 3, "unexpected indent", "first column"),
    ],
)
def test_a_fault_of_syntax_says_what_to_write(source: bytes | str, line: int, what: str, fix: str) -> None:
    with pytest.raises(CannotLoad) as caught:
        parse(source, "job.py")
    assert (caught.value.line, what in str(caught.value), fix in (caught.value.fix or "")) == (line, True, True)
