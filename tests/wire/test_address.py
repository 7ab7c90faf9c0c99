"""Which addresses are used, which parameters are added, and which parts of an address nobody may see."""

from __future__ import annotations

from typing import Any

import pytest

from adaptor.core.errors import InvalidMessage
from adaptor.core.secrets.secret_forms import REDACTED, SHORTEST_SECRET
from adaptor.wire.address import (
    check_url,
    clean_text,
    clean_url,
    credentials_of,
    form_text,
    origin,
    pairs_of,
    secrets_in,
    split_user,
    with_query,
    without_credentials,
)

WHOLE = "Give the whole address, such as https://example.org/api/patients."
CUT = "Look for cut emojis in the text."


@pytest.mark.parametrize("url", ["http://a", "https://a.example:8443/x?y=1", "https://u:p@a.example", "HTTPS://a"])
def test_an_absolute_address_is_used(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    ("url", "problem", "fix"),
    [
        (None, "is None, not the text of an address", WHOLE),
        ("https://a/\ud800", "holds half a character, which no address can hold", CUT),
        ("https://a/\n", "holds a line break or another control character", "Remove it: .strip() its parts."),
        ("https://a/\x7f", "holds a line break or another control character", "Remove it: .strip() its parts."),
        ("/api", "is not an absolute http or https address (/api)", WHOLE),
        ("ftp://a", "is not an absolute http or https address (ftp://a)", WHOLE),
        ("https://", "is not an absolute http or https address (https://)", WHOLE),
        ("https://a b/", "is not an absolute http or https address (https://a b/)", WHOLE),
        ("https://a\\b/", "is not an absolute http or https address (https://a\\b/)", WHOLE),
        ("https://a:0", "is not an absolute http or https address (https://a:0)", WHOLE),
        ("https://a:x", "is not an absolute http or https address (https://a:x)", WHOLE),
        ("https://[", "is not an absolute http or https address (https://[)", WHOLE),
        ("u:p@host", "is not an absolute http or https address", WHOLE),
        ("x" * 201, "is not an absolute http or https address", WHOLE),
        ("x" * 200, f"is not an absolute http or https address ({'x' * 200})", WHOLE),
        ("a?token=abc", f"is not an absolute http or https address (a?token={REDACTED})", WHOLE),
    ],
)
def test_what_is_no_address_is_refused_before_the_wire(url: Any, problem: str, fix: str) -> None:
    with pytest.raises(InvalidMessage) as raised:
        check_url(url, "source")
    assert (raised.value.description, raised.value.fix) == (f"`source` {problem}.", fix)
    assert (raised.value.details, raised.value.sent) == ({"field": "source"}, "no")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://A.example/x", "http://a.example:80"),
        ("https://a", "https://a:443"),
        ("https://a:8443", "https://a:8443"),
    ],
)
def test_an_origin_has_its_port(url: str, found: str) -> None:
    assert origin(url) == found


@pytest.mark.parametrize(
    ("url", "plain", "user"),
    [
        ("https://u%40x:p%3A@a/b?c=1#d", "https://a/b?c=1", ("u@x", "p:")),
        ("https://u@a", "https://a", ("u", "")),
        ("https://a/b", "https://a/b", None),
    ],
)
def test_user_and_password_are_taken_out_of_an_address(url: str, plain: str, user: Any) -> None:
    assert split_user(url) == (plain, user)


def test_parameters_are_added_to_those_that_are_there() -> None:
    assert with_query("https://a", None) == with_query("https://a", {"a": None}) == "https://a"
    assert with_query("https://a", {"q": "a b"}) == "https://a?q=a%20b"
    assert with_query("https://a?x=1", {"q": [1, None, "ü"], "t": True}) == "https://a?x=1&q=1&q=%C3%BC&t=true"
    assert form_text({"q": "a b", "f": False}) == b"q=a+b&f=false"


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (
            lambda: with_query("https://a", {"q": "\ud800"}),
            "`query` holds half a character, which no address can hold.",
        ),
        (lambda: form_text({"q": "\ud800"}), "`form` holds half a character, which UTF-8 cannot encode."),
    ],
)
def test_half_a_character_is_refused(make: Any, problem: str) -> None:
    with pytest.raises(InvalidMessage) as raised:
        make()
    assert (raised.value.description, raised.value.fix) == (problem, CUT)


@pytest.mark.parametrize(
    ("values", "problem", "fix"),
    [
        ([1], "`query` is a list, not a dict.", 'Give names and values: {"page": 1}.'),
        (
            {"at": {"x": 1}},
            "`query` holds a dict under `at`.",
            "Give text, numbers, true or false, or lists of these.",
        ),
    ],
)
def test_what_no_query_can_hold_is_refused(values: Any, problem: str, fix: str) -> None:
    with pytest.raises(InvalidMessage) as raised:
        pairs_of("query", values)
    assert (raised.value.description, raised.value.fix) == (problem, fix)


@pytest.mark.parametrize(
    ("make", "field"), [(lambda: with_query("https://a", [1]), "query"), (lambda: form_text([1]), "form")]
)
def test_the_refusal_names_the_argument(make: Any, field: str) -> None:
    with pytest.raises(InvalidMessage) as raised:
        make()
    assert raised.value.details == {"field": field}


def test_names_and_values_are_texts() -> None:
    assert pairs_of("query", {1: (2.5, True), "none": None}) == [("1", "2.5"), ("1", "true")]


# --- Secrets ---


def test_the_secrets_of_an_address_are_known_as_they_stand_and_decoded() -> None:
    found = set(secrets_in("https://user:p%40ss@a/x?access_token=a%2Bb+c&page=2"))
    assert {"p%40ss", "p@ss", "a%2Bb+c", "a+b+c", "a+b c"} <= found
    assert not {"2", "user"} & found
    assert {"pa:ss", "abc=="} <= set(secrets_in("https://user:pa:ss@a/x?token=abc=="))
    assert "lonely" in set(secrets_in("https://lonely@a"))
    assert list(secrets_in("https://[")) == []


def test_an_address_shows_no_user_no_fragment_and_no_secret_parameter() -> None:
    shown = clean_url("https://user:pass@a/x?access_token=abc&page=2&code=5&sid#part")
    assert shown == f"https://a/x?access_token={REDACTED}&page=2&code={REDACTED}&sid"
    assert clean_url("https://a/x") == "https://a/x"


def test_a_secret_parameter_is_hidden_to_its_end_whatever_is_in_it() -> None:
    assert clean_url("https://a/x?token=it's?really=so&page=2") == f"https://a/x?token={REDACTED}&page=2"


def test_an_address_in_capitals_hides_its_password_too() -> None:
    assert clean_text("HTTPS://user:pass@a/x and Https://user:pass@b") == "HTTPS://a/x and Https://b"


def test_a_text_shows_none_of_it_either() -> None:
    text = 'GET https://user:pass@a/x?token=abc&page=2 and "http://b/?%6Bey=1" failed, key=3'
    assert clean_text(text) == (
        f'GET https://a/x?token={REDACTED}&page=2 and "http://b/?%6Bey={REDACTED}" failed, key=3'
    )
    assert clean_text("https://a/?token=") == "https://a/?token="


def test_what_authenticates_alone_is_left_out_where_addresses_are_compared() -> None:
    url = "https://a/v?api_key=abc&code=A17&X-Amz-Signature=x&API%5FKEY=y"
    assert without_credentials(url) == "https://a/v?code=A17"
    assert without_credentials("https://a/v") == "https://a/v"
    assert without_credentials("https://a/v?a=1&token=x?y&access_token=b=c&d=2") == "https://a/v?a=1&token=x?y&d=2"
    assert without_credentials("https://a/v?api_key=1&q=x?y") == "https://a/v?q=x?y"


def test_the_credentials_of_a_configuration_are_its_secrets_and_what_is_often_one() -> None:
    configuration = {"key": "AIza-first", "password": "sunrise-9", "clinic": "Nairobi", "code": "a", "SID": "abcdefgh"}
    assert credentials_of(configuration) == {"AIza-first", "sunrise-9", "abcdefgh"}
    shortest = "x" * SHORTEST_SECRET
    assert credentials_of({"code": shortest, "sid": shortest[1:]}) == {shortest}
    assert credentials_of(None) == frozenset()
