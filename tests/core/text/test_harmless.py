"""Text of other people as it is printed, and numbers of things in words."""

from __future__ import annotations

import pytest

from adaptor.core.text.harmless import harmless, indented, one_line
from adaptor.core.text.number_of import number_of


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ana ä 𝄞 \u200d", "Ana ä 𝄞 \u200d"),
        ("a\x1b[2Jb", "a\\u001b[2Jb"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\rb\x7f\x85", "a\\u000db\\u007f\\u0085"),
        ("\ud83d", "\\ud83d"),
        ("\u202e\u2066\u2028", "\\u202e\\u2066\\u2028"),
    ],
)
def test_what_would_control_a_terminal_is_shown_as_it_is_written(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_a_text_on_one_line_has_no_breaks() -> None:
    assert one_line("Ana\r\n\tDone.\x1b") == "Ana Done.\\u001b"


def test_lines_after_the_first_cannot_be_taken_for_ours() -> None:
    assert indented("No.\nDone.\n\n      deep\x1b") == "No.\n    Done.\n\n      deep\\u001b"


@pytest.mark.parametrize(
    ("count", "things", "words"),
    [
        (1, "parts of the batches", "1 part of the batches"),
        (2, "items", "2 items"),
        (0, "items", "0 items"),
        (2_000, "items", "2,000 items"),
        (1, "messages", "1 message"),
    ],
)
def test_a_number_of_things_is_said_in_the_plural_but_for_one(count: int, things: str, words: str) -> None:
    assert number_of(count, things) == words
