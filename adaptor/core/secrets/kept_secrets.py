"""Marks that replace secrets in stored data, and that are replaced by the secrets again with the credential.

A mark names the secret by its path in the credential and the form in which it occurred:

    [redacted db.password url-form 9f1c….5be0…]

Its last part proves that the secret is still the same. Its key is made of the strong secrets of the credential, so that
a reader of the stored data cannot find short secrets by trying. In a text that looks like a mark, the beginning is
escaped as `[redacted =]`.
"""

from __future__ import annotations

import re
from operator import is_

from ..errors import ConfigurationError, InvalidMessage
from .secret_forms import PROOF, REDACTED, forms_of, pattern_of, weakness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

#: The beginning of every mark, and of `[redacted]`.
MARK_BEGINS = REDACTED[:-1]
_NO_MARK = f"{MARK_BEGINS} =]"
_PART = r"[^\s\[\]]+"
#: Compiled by `re` on first use: most runs never need it.
_MARK = rf"\[redacted (?:=|({_PART}) ({_PART}) ({_PART}))\]"
_NO_SEAL = "-"

#: How many strong secrets prove that the others have not changed; one or two of them may have changed meanwhile.
_MOST_KEYS = 3
#: How often a key is hashed before use, so that trying passwords takes long.
_ROUNDS = 20_000
#: How many hexadecimal digits of a proof are kept.
_SEAL_LENGTH = 16

#: The names of marks that stand for a number.
_NUMBERS = ("int", "float")

#: Larger numbers are no secrets.
_MOST_BITS = 4096

#: The word that Meta repeats when it first calls a webhook. It gives no access.
_WEBHOOK_WORD = "verify_token"


class KeptSecrets:
    """The secrets of a run's credentials, by their paths."""

    def __init__(self) -> None:
        self._paths: dict[str, list[str]] = {}
        #: The pattern of all forms of all secrets; and for a pattern, of each form its path and name.
        self._pattern: re.Pattern[str] | None = None
        self._forms: tuple[re.Pattern[str] | None, dict[str, tuple[str, str]]] = None, {}
        self._keys: dict[str, list[bytes]] = {}
        self._salt = ""
        self._marks: dict[tuple[str, str], str] = {}
        self._unmarked: dict[str, str] = {}

    def learn(self, secrets: Iterable[tuple[str, str]]) -> None:
        """Add secrets, each with its path."""
        is_new = False
        for path, secret in secrets:
            paths = self._paths.setdefault(secret, [])
            if path not in paths:
                paths.append(path)
                is_new = True
        if is_new:
            self._pattern, self._forms = None, (None, {})
            self._keys.clear()
            self._marks.clear()
            self._unmarked.clear()

    @property
    def words(self) -> set[str]:
        """The secrets that are only the plain word of a webhook: they protect nothing that a run sends."""
        return {
            secret
            for secret, paths in self._paths.items()
            if all(path.rpartition(".")[2] == _WEBHOOK_WORD for path in paths) and weakness(secret) is not None
        }

    def mark(self, text: str) -> str:
        """Return a text with a mark in place of each secret."""
        if self._pattern is None and self._paths:
            self._pattern = pattern_of(frozenset(self._paths))[0]
        pattern = self._pattern
        if pattern is None or not pattern.search(text):
            return text.replace(MARK_BEGINS, _NO_MARK) if MARK_BEGINS in text else text
        made_for, names = self._forms
        if made_for is not pattern:
            # Another thread may learn a secret meanwhile: then it is another pattern.
            names = self._named_forms()
            self._forms = pattern, names
        parts, end = [], 0
        for found in pattern.finditer(text):
            parts += [text[end : found.start()].replace(MARK_BEGINS, _NO_MARK), self._mark(found[0], *names[found[0]])]
            end = found.end()
        return "".join([*parts, text[end:].replace(MARK_BEGINS, _NO_MARK)])

    def mark_number(self, number: float) -> Any:
        """Return a number, or its mark where it is a secret."""
        numeral = numeral_of(number)
        if numeral not in self._paths:
            return number
        return self._mark(numeral, min(self._paths[numeral], key=len), type(number).__name__)

    def unmark(self, text: str) -> Any:
        """Return a marked text with its secrets restored, or the number that a mark stands for.

        Raises:
            ConfigurationError: The credential lacks one of the secrets, or holds another one in its place.
        """
        if MARK_BEGINS not in text:
            return text
        plain = re.sub(_MARK, self._unmark, text)
        whole = re.fullmatch(_MARK, text)
        if whole is None or whole[2] not in _NUMBERS:
            return plain
        return int(plain) if whole[2] == "int" and plain.lstrip("-").isdecimal() else float(plain)

    def _named_forms(self) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for secret, paths in [*self._paths.items()]:
            for name, form in forms_of(secret):
                found.setdefault(form, (min(paths, key=len), name))
        return found

    def _mark(self, form: str, path: str, name: str) -> str:
        known = self._marks.get((form, name))
        if known is None:
            known = self._marks[form, name] = f"{MARK_BEGINS} {_quoted(path)} {name} {self._seal(form)}]"
        return known

    def _unmark(self, found: re.Match[str]) -> str:
        known = self._unmarked.get(found[0])
        if known is None:
            known = self._unmarked[found[0]] = MARK_BEGINS if found[1] is None else self._secret(*found.groups())
        return known

    def _secret(self, quoted: str, name: str, seal: str) -> str:
        from urllib.parse import unquote

        path = unquote(quoted)
        own = [secret for secret, paths in self._paths.items() if path in paths]
        salt, *proofs = seal.split(".")
        # The same secret may have another path now.
        for secret in own if seal == _NO_SEAL else [*own, *self._paths]:
            form = secret if name in _NUMBERS and is_number(secret) else dict(forms_of(secret)).get(name)
            is_same = seal == _NO_SEAL and len(own) == 1
            if form is not None and (is_same or any(_proof(key, form) in proofs for key in self._keys_for(salt))):
                return form
        if not own:
            raise ConfigurationError(
                f"The stored data holds the secret `{path}`, and the credential has none. Nothing was sent.",
                fix=f"Give the credential of the first attempt, which has `{path}`: -c FILE.",
                details={"key": path},
            )
        raise ConfigurationError(
            f"The stored data holds the secret `{path}`, and the credential has another one. Nothing was sent.",
            fix="Give the credential of the first attempt. If a token was changed since then, keep the old one in it "
            "under a name such as `access_token_before`: nothing is sent with it.",
            details={"key": path},
        )

    def _seal(self, form: str) -> str:
        if not self._salt:
            import os

            self._salt = os.urandom(6).hex()
        proofs = [_proof(key, form) for key in self._keys_for(self._salt)[:_MOST_KEYS]]
        return ".".join([self._salt, *proofs]) if proofs else _NO_SEAL

    def _keys_for(self, salt: str) -> list[bytes]:
        """Return a key for each strong secret, the longest first."""
        keys = self._keys.get(salt)
        if keys is None:
            from hashlib import pbkdf2_hmac

            strong = [
                secret
                for secret, paths in self._paths.items()
                # The appsecret_proof changes with either of its two secrets.
                if weakness(secret) is None and not all(path.endswith(PROOF) for path in paths)
            ]
            keys = self._keys[salt] = [
                pbkdf2_hmac("sha256", secret.encode("utf-8", "surrogatepass"), salt.encode(), _ROUNDS)
                for secret in sorted(strong, key=lambda secret: (-len(secret), secret))
            ]
        return keys


def _proof(key: bytes, form: str) -> str:
    import hmac

    return hmac.new(key, form.encode("utf-8", "surrogatepass"), "sha256").hexdigest()[:_SEAL_LENGTH]


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="", errors="replace")


def places_of_marks(value: Any, place: str = "", *, bare: bool = True) -> Iterator[str]:
    """Yield the paths of the texts in a value in which a secret was replaced.

    Args:
        value: A JSON value.
        place: Its own path.
        bare: Also find `[redacted]`, not only the marks of stored data.

    Example:
        >>> list(places_of_marks({"message": {"text": "See you at [redacted] clinic."}}))
        ['message.text']
    """
    if isinstance(value, str):
        if MARK_BEGINS in value and (
            (bare and REDACTED in value) or any(found[1] for found in re.finditer(_MARK, value))
        ):
            yield place
    elif isinstance(value, dict):
        for key, item in value.items():
            inner = f"{place}.{key}" if place else str(key)
            yield from places_of_marks(key if isinstance(key, str) else None, inner, bare=bare)
            yield from places_of_marks(item, inner, bare=bare)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from places_of_marks(item, f"{place}[{index}]", bare=bare)


def refuse_marks(value: Any, *, bare: bool = True) -> None:
    """Refuse to send the mark of a secret.

    Args:
        value: The data to be sent, as JSON.
        bare: Also refuse `[redacted]`, which logs and final states hold.

    Raises:
        InvalidMessage: A text holds a mark. Nothing was sent.
    """
    place = next(places_of_marks(value, bare=bare), None)
    if place is not None:
        raise InvalidMessage(
            f"`{place or 'body'}` holds {MARK_BEGINS}…], which replaces a secret that was removed when this was "
            "written.",
            fix="Take the value from its source, not from a log, a report, an output file or an export. If it only "
            "looks like a secret of the credential, choose a longer secret there.",
            details={"field": place or "body"},
        )


def without_marks(value: Any) -> Any:
    """Return stored data in a form that may be shown: each mark becomes `[redacted]`.

    Example:
        >>> without_marks("see [redacted db.password as-is -] and [redacted =]]")
        'see [redacted] and [redacted]'
    """
    return changed_texts(value, lambda text: re.sub(_MARK, lambda found: REDACTED if found[1] else MARK_BEGINS, text))


def is_number(secret: str) -> bool:
    """Whether a secret is written as JSON writes a number."""
    return re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", secret) is not None


def numeral_of(number: float) -> str:
    """Return a number as a credential would hold it.

    Example:
        >>> numeral_of(4711), numeral_of(4711.0), numeral_of(4.5)
        ('4711', '4711', '4.5')
    """
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    # Python refuses to write larger ones.
    return "" if isinstance(number, int) and number.bit_length() > _MOST_BITS else str(number)


def changed_texts(value: Any, change: Callable[[str], Any], change_number: Callable[[float], Any] | None = None) -> Any:
    """Return a JSON value with a function applied to every text, keys included. Unchanged parts are shared.

    Args:
        value: The value.
        change: The function for texts.
        change_number: The function for numbers.
    """
    # The most frequent case first: states are large and mostly unchanged.
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        items, changed = {}, False
        for key, item in value.items():
            name = change(key) if isinstance(key, str) else key
            other = changed_texts(item, change, change_number)
            changed = changed or name is not key or other is not item
            items[name] = other
        return items if changed else value
    if isinstance(value, list | tuple):
        parts = [changed_texts(item, change, change_number) for item in value]
        return value if all(map(is_, parts, value)) else parts
    if change_number is not None and isinstance(value, int | float) and not isinstance(value, bool):
        return change_number(value)
    return value
