"""Credentials that were pasted: what around them is left out, and which mistakes in them are described."""

from __future__ import annotations

import pytest

from adaptor.core.secrets.pasted import around, trimmed, trimmed_value, wrong_in


@pytest.mark.parametrize(
    "text", ["EAAG-token", " EAAG-token\r\n", "\ufeff\u200b EAAG-token\t\u2060 \u200e", "\nEAAG-token"]
)
def test_what_nobody_sees_around_a_token_is_left_out(text: str) -> None:
    assert trimmed(text) == "EAAG-token"


def test_spaces_around_the_password_of_another_system_may_be_meant() -> None:
    assert trimmed_value("page_id", " 10\u200b ") == "10"
    assert trimmed_value("db_password", "\ufeff secret\u200b \r\n") == " secret\u200b "


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("EAAG", None),
        ("EAAG\n", "ends with a line break"),
        ("EAAG \r", "ends with a line break"),
        (" EAAG", "begins with a space"),
        ("\nEAAG ", "begins with a line break"),
        ("EAAG\t", "ends with a space"),
        ("\u200bEAAG", "begins with an invisible character"),
        ("EAAG\ufeff", "ends with an invisible character"),
    ],
)
def test_what_was_left_out_is_said(text: str, words: str | None) -> None:
    assert around(text) == words


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("", "is empty", "Write the value there."),
        (" \u200b", "is empty", "Write the value there."),
        ("Bearer EAAG-token", "begins with “Bearer ”", "Write the token alone, without it."),
        ("authorization:  basic\tabc", "begins with “authorization:  basic ”", "Write the token alone, without it."),
        ("TOKEN abc", "begins with “TOKEN ”", "Write the token alone, without it."),
        ("access_token=EAAG", "begins with “access_token=”", "Write the value alone, without it."),
        ("App-Secret=abc", "begins with “App-Secret=”", "Write the value alone, without it."),
        ("<your token>", "is a placeholder", "Write the value itself there."),
        ("...", "is a placeholder", "Write the value itself there."),
        ("…", "is a placeholder", "Write the value itself there."),
        ("XXXX", "is a placeholder", "Write the value itself there."),
        ("my-token", "is a placeholder", "Write the value itself there."),
        ("YOUR TOKEN", "is a placeholder", "Write the value itself there."),
        ("EAAG...", "is a placeholder", "Write the value itself there."),
        ("EAAGabcd…", "is a placeholder", "Write the value itself there."),
        ('"EAAG"', "is in quotes, which are part of it", "Remove them."),
        ("''", "is in quotes, which are part of it", "Remove them."),
        ("„EAAG“", "is in quotes, which are part of it", "Remove them."),
        ("EA\nAG", "holds a line break", "Write it on one line."),
        ("EA\rAG", "holds a line break", "Write it on one line."),
        ("EA AG", "holds a space", "Remove it."),
        ("EAÄG", "holds a character that no token has", "Copy it again from Meta's page."),
        ("EA\x07AG", "holds a character that no token has", "Copy it again from Meta's page."),
    ],
)
def test_a_mistake_in_a_token_is_described_without_the_token(text: str, what: str, fix: str) -> None:
    assert wrong_in(text) == (what, fix)


@pytest.mark.parametrize("text", ["EAAG-token", " EAAG-token\n", "xx", '"', "EAAGabcde...", "mytoken", "tokenizer"])
def test_a_token_that_can_be_one_is_taken(text: str) -> None:
    assert wrong_in(text) is None


@pytest.mark.parametrize("text", ["a secret of several words", "two\nlines", "geheim-ä"])
def test_a_secret_that_no_header_carries_may_hold_anything(text: str) -> None:
    assert wrong_in(text, is_token=False) is None
    assert wrong_in("<secret>", is_token=False) == ("is a placeholder", "Write the value itself there.")
