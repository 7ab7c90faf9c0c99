"""The forms in which a secret travels. Their names are recorded with what was stored, so they must not change."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest

from adaptor.core.secrets.secret_forms import forms_of, is_encoded, weakness

SECRET = "p/ä+ ~\"'<&>\n\t\r%é€"

NAMES = """
as-is url url-small url-twice url-twice-small url-path url-path-small url-path-twice url-path-twice-small url-form
url-form-small url-form-twice url-form-twice-small url-text url-text-small url-text-twice url-text-twice-small json
json-twice json-slash json-slash-twice json-letters json-letters-twice json-letters-slash json-letters-slash-twice repr
repr-both ascii ascii-both bytes
"""
QUOTES = [f"{double}-{single}" for double in range(4) for single in range(5)]
HTML = [f"{name}-{quotes}" for name in ("html", "html-breaks", "html-ascii") for quotes in QUOTES]
BASE64 = [f"base64-{coding}-{shift}{end}" for coding in range(2) for shift in range(3) for end in ("", "-url")]


def test_the_names_of_the_forms_are_those_that_are_recorded() -> None:
    names = [name for name, _ in forms_of("plain-secret-1")]
    assert names == [*NAMES.split(), *HTML, *BASE64, "hex", "hex-large"]


def test_a_secret_is_known_as_the_libraries_write_it() -> None:
    found = dict(forms_of(SECRET))
    assert found["as-is"] == SECRET
    assert found["url"] == quote(SECRET, safe="")
    assert found["url-path"] == quote(SECRET)
    assert found["url-form"] == quote_plus(SECRET)
    assert found["url-twice"] == quote(quote(SECRET, safe=""), safe="")
    assert found["url-small"] == "p%2f%c3%a4%2b%20~%22%27%3c%26%3e%0a%09%0d%25%c3%a9%e2%82%ac"
    assert found["url-text"] == "p/%C3%A4+%20~%22'%3C&%3E%0A%09%0D%%C3%A9%E2%82%AC"
    assert found["json"] == json.dumps(SECRET)[1:-1]
    assert found["json-letters"] == json.dumps(SECRET, ensure_ascii=False)[1:-1]
    assert found["json-slash"] == json.dumps(SECRET)[1:-1].replace("/", "\\/")
    assert found["json-twice"] == json.dumps(json.dumps(SECRET)[1:-1])[1:-1]
    assert found["json-letters-twice"] == json.dumps(found["json-letters"], ensure_ascii=False)[1:-1]
    assert found["repr-both"] in repr([f"{SECRET} \" '"])
    assert found["ascii"] == ascii(SECRET)[1:-1]
    assert found["bytes"] in repr(SECRET.encode())


@pytest.mark.parametrize("double", ['"', "&quot;", "&#34;", "&#x22;"])
@pytest.mark.parametrize("single", ["'", "&#x27;", "&#39;", "&#039;", "&apos;"])
def test_in_html_quotes_line_breaks_and_letters_are_written_in_several_ways(double: str, single: str) -> None:
    found = {form for name, form in forms_of(SECRET) if name.startswith("html")}
    whole = html.escape(SECRET, quote=False)
    for written in (
        whole,
        whole.replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;"),
        whole.encode("ascii", "xmlcharrefreplace").decode(),
    ):
        assert written.replace('"', double).replace("'", single) in found


@pytest.mark.parametrize("secret", ["a-secret-1", "a-secret-12", "a-secret-123", "geheim-ä-ÿ"])
@pytest.mark.parametrize("before", ["", "x", "xy", "xyz:"])
@pytest.mark.parametrize("after", ["", "?", "??"])
def test_in_base64_a_secret_is_found_whatever_is_around_it(secret: str, before: str, after: str) -> None:
    found = [form for name, form in forms_of(secret) if name.startswith("base64")]
    for coding in ("utf-8", "latin-1"):
        whole = f"{before}{secret}{after}".encode(coding)
        assert any(form in base64.b64encode(whole).decode() for form in found)
        assert any(form in base64.urlsafe_b64encode(whole).decode() for form in found)


@pytest.mark.parametrize("secret", ["a-secret-1", "a-secret-12", "a-secret-123", "geheim-ä-ÿ"])
@pytest.mark.parametrize("shift", [0, 1, 2])
def test_in_base64_every_letter_is_found_that_depends_on_the_secret_alone(secret: str, shift: int) -> None:
    texts = [
        base64.b64encode(bytes([one]) * shift + secret.encode() + bytes([other]) * 3).decode()
        for one in (0, 85, 255)
        for other in (0, 85, 255)
    ]
    alike = [letters[0] if len(set(letters)) == 1 else " " for letters in zip(*texts, strict=True)]
    assert "".join(alike).split()[0] == dict(forms_of(secret))[f"base64-0-{shift}"]


def test_half_a_character_has_all_forms_too() -> None:
    found = dict(forms_of("geheim-\ud83d-1"))
    assert found["hex"] == "67656865696d2deda0bd2d31"
    assert found["hex-large"] == found["hex"].upper()
    assert found["url"] == "geheim-%ED%A0%BD-1"
    assert found["bytes"] == "geheim-\\xed\\xa0\\xbd-1"
    assert base64.b64encode(b"geheim-\xed\xa0\xbd-1").decode().startswith(found["base64-0-0"])


def test_only_forms_without_word_boundaries_are_encoded() -> None:
    encoded = [name for name, _ in forms_of("plain-secret-1") if is_encoded(name)]
    assert encoded == [*BASE64, "hex", "hex-large"]


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("sunrise", "has only 7 signs"),
        ("x", "has only 1 sign"),
        ("123456789012", "is a short number"),
        ("1234567890123", None),
        ("kiBera-x", None),
        ("morninglight", "is a plain word"),
        ("Good Morning", "is a plain word"),
        ("GOOD-morning_light", "is made of plain words"),
        ("gOOd-morning", None),
        ("morning-light-of-kibera-x", None),
        ("morning1light", None),
    ],
)
def test_a_secret_is_weak_where_it_could_be_in_an_ordinary_text(secret: str, why: str | None) -> None:
    assert weakness(secret) == why
