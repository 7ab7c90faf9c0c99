"""The forms of a secret, such as quoted or in base64, each with a name; and the pattern that finds them."""

from __future__ import annotations

import re
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

REDACTED = "[redacted]"

#: Shorter values are not treated as secrets: redacting every "ab" would make the text unreadable and hide nothing.
SHORTEST_SECRET = 4
#: Shorter secrets are found only as whole words.
SHORT_SECRET = 8
#: No plain word and no everyday number is longer.
_LONGEST_WORD = 24
_LONGEST_NUMBER = 12

#: The path of the proof among the secrets of a configuration, although the configuration does not hold it.
PROOF = "appsecret_proof"

#: Forms with so many equal first letters share a branch of the pattern; no form is shorter.
_SAME_START = 3

#: Characters that `requests` does not escape in a URL that it gets as text.
_KEPT_IN_URLS = "!#$%&'()*+,/:;=?@[]~"


def weakness(secret: str) -> str | None:
    """Return why a secret could occur in an ordinary text by chance, or None if it could not.

    Example:
        >>> weakness("sunrise"), weakness("Good morning"), weakness("EAAGm0PX4ZCpsB")
        ('has only 7 signs', 'is a plain word', None)
    """
    if len(secret) < SHORT_SECRET:
        return f"has only {len(secret)} sign{'' if len(secret) == 1 else 's'}"
    if secret.isdecimal():
        return "is a short number" if len(secret) <= _LONGEST_NUMBER else None
    words = re.split(r"[ _-]", secret)
    if len(secret) <= _LONGEST_WORD and all(
        word.isalpha() and (word.islower() or word.isupper() or word.istitle()) for word in words
    ):
        return "is a plain word" if len(words) == 1 or " " in secret else "is made of plain words"
    return None


@lru_cache(maxsize=8)
def pattern_of(secrets: frozenset[str]) -> tuple[re.Pattern[str], int]:
    """Return the pattern that finds secrets in all their forms, and the length of the shortest form.

    It takes milliseconds. Where a process runs many jobs with one credential, it is made once.
    """
    anywhere: set[str] = set()
    whole_words: set[str] = set()
    for secret in secrets:
        is_weak = weakness(secret) is not None
        for name, form in forms_of(secret):
            (whole_words if is_weak and not is_encoded(name) else anywhere).add(form)
    return any_of(anywhere, whole_words), min(map(len, anywhere | whole_words))


def any_of(forms: Iterable[str], whole_words: Iterable[str] = ()) -> re.Pattern[str]:
    """Return a pattern that finds any of these texts, the longest match first.

    Texts with the same beginning share a branch, so that at most positions one letter is enough to exclude all.

    Args:
        forms: Found anywhere.
        whole_words: Found only if no letter, digit or underscore is before or after them.

    Example:
        >>> any_of(["EAAG"], ["test"]).sub("*", "EAAGtest: the latest test, %3Dtest")
        '*test: the latest *, %3D*'
    """
    groups: dict[str, list[str]] = {}
    for form in sorted(set(forms), key=len, reverse=True):
        groups.setdefault(form[:_SAME_START], []).append(re.escape(form[_SAME_START:]))
    by_letter: dict[str, list[str]] = {}
    for start, rest in groups.items():
        by_letter.setdefault(start[:1], []).append(f"{re.escape(start[1:])}(?:{'|'.join(rest)})")
    parts = [f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in by_letter.items()]
    parts += map(_whole_word, sorted(set(whole_words), key=len, reverse=True))
    return re.compile("|".join(parts))


def _whole_word(form: str) -> str:
    first, rest = re.escape(form[0]), re.escape(form[1:])
    before = after = ""
    if re.match(r"\w", form):
        # Checked after the first letter, which excludes most positions. An escape sequence before it is no letter.
        escapes = (r"%[0-9A-Fa-f]{2}", r"\\[abfnrtv]", r"\\u[0-9A-Fa-f]{4}", r"\\x[0-9A-Fa-f]{2}")
        before = f"(?:(?<!\\w{first})|{'|'.join(f'(?<={escape}{first})' for escape in escapes)})"
    if re.match(r"\w", form[-1]):
        after = r"(?!\w)"
    return f"{first}{before}{rest}{after}"


def forms_of(secret: str) -> Iterator[tuple[str, str]]:
    """Yield the forms of a secret, each with its name: `as-is`, `url`, `json`, `base64-0-1` and the like."""
    yield "as-is", secret
    yield from _quoted(secret)
    yield from _escaped(secret)
    yield from _in_html(secret)
    yield from _in_base64(secret)
    yield from _in_hex(secret)


def is_encoded(form: str) -> bool:
    """Whether a form, by its name, is encoded so that it has no word boundaries."""
    return form.startswith(("base64", "hex"))


def _quoted(secret: str) -> Iterator[tuple[str, str]]:
    from urllib.parse import quote, quote_plus

    # JSON may hold half a surrogate pair, which UTF-8 cannot.
    raw = secret.encode("utf-8", "surrogatepass")
    ways = {
        "url": quote(raw, safe=""),
        "url-path": quote(raw),
        "url-form": quote_plus(raw),
        "url-text": quote(raw, safe=_KEPT_IN_URLS),
    }
    for name, quoted in ways.items():
        for twice, nested in (("", quoted), ("-twice", quote(quoted, safe=""))):
            yield f"{name}{twice}", nested
            yield f"{name}{twice}-small", re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), nested)


def _escaped(secret: str) -> Iterator[tuple[str, str]]:
    import json

    for name, escaped in (
        ("json", json.dumps(secret)[1:-1]),
        ("json-letters", json.dumps(secret, ensure_ascii=False)[1:-1]),
    ):
        for slash, nested in (("", escaped), ("-slash", escaped.replace("/", "\\/"))):
            yield f"{name}{slash}", nested
            yield f"{name}{slash}-twice", json.dumps(nested, ensure_ascii=False)[1:-1]
    for kind in (repr, ascii):
        yield kind.__name__, kind(secret)[1:-1]
        # In a longer text that holds both quotes, Python escapes the single one.
        yield f"{kind.__name__}-both", kind('"' + secret)[2:-1]
    yield "bytes", repr(secret.encode("utf-8", "surrogatepass"))[2:-1]


def _in_html(secret: str) -> Iterator[tuple[str, str]]:
    """Yield the forms of a secret in HTML and XML: writers escape quotes, line breaks and other letters differently."""
    text = secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    in_attributes = text.replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")
    in_ascii = "".join(sign if sign.isascii() else f"&#{ord(sign)};" for sign in text)
    for name, escaped in (("html", text), ("html-breaks", in_attributes), ("html-ascii", in_ascii)):
        for number, double in enumerate(('"', "&quot;", "&#34;", "&#x22;")):
            for other, single in enumerate(("'", "&#x27;", "&#39;", "&#039;", "&apos;")):
                yield f"{name}-{number}-{other}", escaped.replace('"', double).replace("'", single)


def _in_base64(secret: str) -> Iterator[tuple[str, str]]:
    import base64
    from contextlib import suppress

    encodings = [secret.encode("utf-8", "surrogatepass")]
    with suppress(UnicodeEncodeError):
        # The encoding of a password in an Authorization header of `requests`.
        encodings.append(secret.encode("latin-1"))
    for number, encoded in enumerate(encodings):
        for shift in range(3):
            # Base64 of a longer text that contains the secret: leave out the letters that depend on its neighbours.
            whole = base64.b64encode(b"\0" * shift + encoded).decode().rstrip("=")
            tail = (shift + len(encoded)) % 3
            core = whole[(0, 2, 3)[shift] : len(whole) - (1 if tail else 0)]
            yield f"base64-{number}-{shift}", core
            yield f"base64-{number}-{shift}-url", core.replace("+", "-").replace("/", "_")


def _in_hex(secret: str) -> Iterator[tuple[str, str]]:
    digits = secret.encode("utf-8", "surrogatepass").hex()
    yield "hex", digits
    yield "hex-large", digits.upper()
