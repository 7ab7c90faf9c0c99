"""Headers that a job gives: which can be sent, and which hold a secret."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from adaptor import state
from adaptor.core.errors import InvalidMessage
from adaptor.core.run.context import Run
from adaptor.wire.headers import check_headers, learn, secrets_of_headers


@pytest.mark.parametrize(
    ("headers", "problem", "fix"),
    [
        (["a"], "is a list, not a dict", 'Give names and values: {"Accept": "text/csv"}.'),
        ({"a b": "x"}, "holds a name that no header can have", "Names are letters, digits and hyphens."),
        ({"": "x"}, "holds a name that no header can have", "Names are letters, digits and hyphens."),
        ({1: "x"}, "holds a name that no header can have", "Names are letters, digits and hyphens."),
        ({"Content-Length": "1"}, "holds Content-Length, which follows from the body", "Leave it out."),
        ({"TRANSFER-ENCODING": "x"}, "holds TRANSFER-ENCODING, which follows from the body", "Leave it out."),
        ({"A": True}, "holds a bool under `A`", "Give text or numbers."),
        ({"A": ["x"]}, "holds a list under `A`", "Give text or numbers."),
        (
            {"A": "x\n"},
            "holds characters under `A` that no header can have",
            ".strip() it, or remove characters that are not Latin.",
        ),
        (
            {"A": "ş"},
            "holds characters under `A` that no header can have",
            ".strip() it, or remove characters that are not Latin.",
        ),
    ],
)
def test_headers_that_cannot_be_sent_are_refused(headers: Any, problem: str, fix: str) -> None:
    with pytest.raises(InvalidMessage) as refused:
        check_headers(headers)
    assert (refused.value.description, refused.value.fix) == (f"`headers` {problem}.", fix)
    assert refused.value.details == {"field": "headers"}


def test_text_numbers_none_and_what_is_lazy_can_be_sent() -> None:
    check_headers(
        {"Accept": "text/csv; q=0.5\t", "X-1": 1, "b.~!#$%&'*+^_`|": 1.5, "C": None, "D": state.data.a, "E": "é"}
    )
    check_headers({})


@pytest.mark.parametrize(
    ("headers", "secrets"),
    [
        ({"Authorization": "Bearer abc"}, ["Bearer abc", "abc", ""]),
        ({"Authorization": "basic " + base64.b64encode(b"user:p:w").decode()}, ["p:w"]),
        ({"Cookie": "a=1; session=xyz"}, ["a=1; session=xyz", "session=xyz", "1", "xyz"]),
        ({"Accept": "text/csv"}, []),
        ({"Authorization": 5}, []),
        (["Authorization"], []),
    ],
)
def test_secrets_are_found_by_the_names_of_their_headers(headers: Any, secrets: list[str]) -> None:
    found = list(secrets_of_headers(headers))
    assert set(secrets) <= set(found)
    assert bool(found) == bool(secrets)


def test_what_follows_the_scheme_is_a_secret_as_a_whole() -> None:
    assert "one two" in list(secrets_of_headers({"Authorization": "Token one two"}))


def test_a_basic_credential_that_is_none_is_no_error() -> None:
    for value in ("Basic !!!", "Basic /w==", "Basic"):
        assert value in list(secrets_of_headers({"Authorization": value}))
    padded = "Basic " + base64.b64encode(b"user:secret-word").decode() + "\x00!"
    assert "secret-word" not in list(secrets_of_headers({"Authorization": padded}))


@pytest.mark.parametrize("is_loading", [True, False])
def test_secrets_are_learned_by_the_run(is_loading: bool) -> None:
    lines: list[Any] = []
    learn(["nobody-knows-it"])
    with Run(sink=lambda *line: lines.append(line[2])) as run:
        run.is_loading = is_loading
        learn(["a-secret-word"])
        run.log("info", "http", "a-secret-word, nobody-knows-it")
    assert "a-secret-word" not in lines[0]
    assert "nobody-knows-it" in lines[0]
