"""Keeping secrets out of everything that is written: logs, errors, reports, final states.

Secrets are found by value, in the forms in which they travel: as they are, quoted for a URL (also inside another),
escaped in JSON (also inside another), in HTML or by Python, in base64 at any place of a longer text, in hexadecimal
digits, and as `appsecret_proof`. Of a secret of several lines, each line of 8 letters or more is a secret too.
Those that could be a part of an ordinary text (see `weakness`) are found as whole words alone.

What is only read loses them for good. What is kept and used again has marks in their place (see `kept_secrets`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from .kept_secrets import KeptSecrets, changed_texts, is_number, numeral_of
from .pasted import trimmed
from .secret_forms import PROOF, REDACTED as REDACTED, SHORT_SECRET, SHORTEST_SECRET, pattern_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

_SECRET_KEY = (
    r"(?i)token|secret|passw|passphrase|(api|access|account|encryption|master|shared|signing)_?key|private|credential"
    r"|authorization|bearer|cookie|connection_?string|(?<![^\W_])(auth|dsn|jwt|otp|pass|pat|pin|pwd|sas)(?![^\W_])"
)
#: Names that sound like a secret and are none, written small and without signs: mostly places in a list of pages.
_KNOWN_PUBLIC = frozenset(
    {"tokentype", "pagetoken", "nextpagetoken", "nexttoken", "continuationtoken", "synctoken", "tokencount"}
)
#: What a configuration holds and is no secret; everything else in it is one. A test compares it with the schema.
PUBLIC_KEYS = frozenset(
    {"app_id", "page_id", "api_version", "base_url", "connect_timeout", "read_timeout", "total_timeout"}
    | {"max_response_bytes", "max_retries", "max_wait"}
)
#: How many digits tell a text from others in which the same was redacted.
_DISTINCT = 12
#: What says in a private key where it begins and ends, which everybody knows.
_ARMOUR = "-----"


@lru_cache(maxsize=1000)
def sounds_secret(name: str) -> bool:
    """Whether what stands under this name (a key, a header, a parameter) is a secret.

    Example:
        >>> sounds_secret("X-Api-Key"), sounds_secret("nextPageToken")
        (True, False)
    """
    plain = name.replace("-", "_")
    return re.search(_SECRET_KEY, plain) is not None and plain.replace("_", "").lower() not in _KNOWN_PUBLIC


def secrets_of(configuration: Any) -> Iterator[str]:
    """Yield what authenticates: the texts of a configuration under a key that sounds like a secret, at any depth."""
    for _, secret in named_secrets(configuration, everything=False):
        if len(secret) >= SHORTEST_SECRET:
            yield secret


def named_secrets(configuration: Any, path: str = "", *, everything: bool = True) -> Iterator[tuple[str, str]]:
    r"""Yield the secrets of a configuration, however short, each with the path of keys that leads to it.

    Args:
        configuration: A configuration, several of them by their names, or a part of one.
        path: Where it stands itself.
        everything: All but our own public keys; otherwise only what stands under a key that sounds like a secret.

    Example:
        >>> list(named_secrets({"page_id": "1020", "dsn": "pg://x", "db": {"passwords": ["a1", 4711]}}))
        [('dsn', 'pg://x'), ('db.passwords[0]', 'a1'), ('db.passwords[1]', '4711')]
        >>> list(named_secrets({"key": "first line\nsecond line"}))
        [('key', 'first line\nsecond line'), ('key:1', 'first line'), ('key:2', 'second line')]
    """
    if isinstance(configuration, dict):
        for key, value in configuration.items():
            where = f"{path}.{key}" if path else str(key)
            if sounds_secret(str(key)):
                yield from _all_texts(value, where)
            elif not everything or not _is_public(key, value):
                yield from named_secrets(value, where, everything=everything)
        token, secret = configuration.get("access_token"), configuration.get("app_secret")
        if isinstance(token, str) and isinstance(secret, str):
            yield f"{path}.{PROOF}" if path else PROOF, appsecret_proof(token, secret)
    elif isinstance(configuration, list | tuple):
        for index, value in enumerate(configuration):
            yield from named_secrets(value, f"{path}[{index}]", everything=everything)
    elif everything:
        yield from _all_texts(configuration, path)


def _is_public(key: Any, value: Any) -> bool:
    # An address with a password or a query is refused later, in an error that must not show it.
    return key in PUBLIC_KEYS and not (isinstance(value, str) and re.search(r"[@?]", value))


def _all_texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _all_texts(item, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _all_texts(item, f"{path}[{index}]")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, str(value)
    elif isinstance(value, str) and value:
        yield path, value
        for plain in {trimmed(value), value.strip("\r\n")} - {"", value}:
            # What stands around it is left out before it is used.
            yield path, plain
        lines = [line.strip() for line in value.split("\n")]
        for number, line in enumerate(lines, start=1) if len(lines) > 1 else ():
            if len(line) >= SHORT_SECRET and not line.startswith(_ARMOUR):
                yield f"{path}:{number}", line


def _sounds_secret_at(path: str) -> bool:
    return path.endswith(PROOF) or any(sounds_secret(key) for key in re.split(r"[.\[]", path))


def _told_apart(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DISTINCT]


def appsecret_proof(access_token: str, app_secret: str) -> str:
    """Return the proof that a call comes from a server which knows the app secret.

    Source: https://developers.facebook.com/docs/graph-api/guides/secure-requests (checked 2026-11-23).

    Example:
        >>> appsecret_proof("EAAG-a-token", "the-secret-of-an-app")
        'b563190ed149941e994a9d22302a04ec878143d1ddc329f2334d3d06321e2fc0'
    """
    import hashlib
    import hmac

    return hmac.new(
        app_secret.encode("utf-8", "surrogatepass"), access_token.encode("utf-8", "surrogatepass"), hashlib.sha256
    ).hexdigest()


class Redactor:
    """Replaces every known secret in a text, in whatever form it travels.

    Attributes:
        kept: Puts marks in the place of secrets in what is kept, and secrets in the place of marks.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._shortest = 0
        self._numbers: frozenset[str] = frozenset()
        #: Secrets of several lines, in the way in which a job prints them line by line.
        self._of_lines: list[str] = []
        self.kept = KeptSecrets()
        self._of_results: Redactor | None = None
        self._of_identities: Redactor | None = None
        #: Secrets for no other reason than that they stand in a configuration.
        self._unnamed: set[str] = set()
        self._has_credential = False
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> bool:
        """Take further secrets into account; return whether there was a new one."""
        secrets = set(secrets)
        if not self._unnamed.isdisjoint(secrets):
            self._unnamed -= secrets
            self._of_identities = None
        return self._add(secrets)

    def _add(self, secrets: Iterable[str]) -> bool:
        fresh = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET} - self._secrets
        if fresh:
            self._secrets |= fresh
            self._of_results = self._of_identities = None
            self._pattern, forms = pattern_of(self._secrets)
            self._shortest = min(map(len, forms))
            self._numbers = frozenset(filter(is_number, self._secrets))
            self._of_lines = [secret for secret in self._secrets if "\n" in secret.rstrip("\n")]
        return bool(fresh)

    def learn_credential(self, configuration: Any) -> bool:
        """Take the secrets of a credential into account that who goes on with the run gives again."""
        self._has_credential = True
        return self.learn_named(named_secrets(configuration))

    def learn_configuration(self, configuration: Any) -> bool:
        """Take the secrets of the configuration into account that a state holds while the run is under way.

        Where the run was given a credential, what a job has put beside it, such as the token of a login, is the job's
        own: it comes from its data, and stays there in what is kept.
        """
        if self._has_credential:
            return self._learn_named(list(named_secrets(configuration)))
        return self.learn_named(named_secrets(configuration))

    def learn_named(self, secrets: Iterable[tuple[str, str]]) -> bool:
        """Take secrets into account that who goes on with a run gives again, under the same names.

        Args:
            secrets: Each with the path at which it stands in the credential.

        Returns:
            Whether there was a new one.
        """
        named = [(path, secret) for path, secret in secrets if len(secret) >= SHORTEST_SECRET]
        self.kept.learn(named)
        self._of_results = None
        return self._learn_named(named)

    def _learn_named(self, named: list[tuple[str, str]]) -> bool:
        # Most are known already: each operation looks at the configuration in its state.
        named = [(path, secret) for path, secret in named if secret not in self._secrets or secret in self._unnamed]
        sounding = {secret for path, secret in named if _sounds_secret_at(path)}
        unnamed = (self._unnamed | {secret for _, secret in named}) - sounding
        if unnamed != self._unnamed:
            self._unnamed, self._of_identities = unnamed, None
        return self._add(secret for _, secret in named)

    def of_results(self) -> Redactor:
        """Return what clears a final state: the plain word that Meta repeats to a webhook is left in it."""
        if self._of_results is None:
            words = self.kept.words
            self._of_results = Redactor(self._secrets - words) if words else self
        return self._of_results

    def keep(self, value: Any) -> Any:
        """Return a JSON value as it may be kept: with marks in the place of what the credentials hold."""
        return changed_texts(value, self.kept.mark, self.kept.mark_number if self._numbers else None)

    def restore(self, value: Any) -> Any:
        """Return what was kept as it was.

        Raises:
            ConfigurationError: It holds a secret that the credentials do not, or that is another one there now.
        """
        return changed_texts(value, self.kept.unmark)

    def text(self, text: str) -> str:
        """Return `text` without any of the secrets."""
        return self._pattern.sub(REDACTED, text) if self._pattern is not None else text

    def distinct(self, text: str) -> str:
        """Return a text without any of the secrets by which it can still be told from others."""
        clean = self.text(text)
        return clean if clean == text else f"{clean} {_told_apart(text)}"

    def identity(self, text: str) -> str:
        """Return what a write is known by, such as a person or a key of the job's own, without secrets.

        A setting under a key that does not sound like a secret is left in it: what a write is known by must not change
        where a setting changes, or it would be sent again.
        """
        if self._of_identities is None:
            self._of_identities = Redactor(self._secrets - self._unnamed) if self._unnamed else self
        return self._of_identities.distinct(text)

    def json(self, text: str) -> str:
        """Return a JSON text without any of the secrets; it is JSON still, where a secret is a number."""
        clean = self.text(text)
        if clean == text or not self._numbers:
            return clean
        from json import dumps, loads

        value = self.value(loads(text))
        clean = dumps(value, ensure_ascii=False, separators=(",", ":"))
        # Half a surrogate pair can be written as an escape alone.
        return clean if clean.isascii() or not re.search("[\ud800-\udfff]", clean) else dumps(value)

    def unfinished(self, text: str) -> int:
        r"""Return where in a text a secret of several lines begins whose end is still to come, or its length.

        Example:
            >>> Redactor(["first line\nsecond"]).unfinished("a first line\n")
            2
        """
        places = [len(text)]
        for secret in self._of_lines:
            for line in range(1, secret.rstrip("\n").count("\n") + 1):
                begin = "\n".join(secret.split("\n", line)[:line]) + "\n"
                if text.endswith(begin):
                    places.append(len(text) - len(begin))
        return min(places)

    def is_clean(self, cause: BaseException | None) -> bool:
        """Whether neither an exception nor what led to it would show a secret in a traceback."""
        if cause is None or self._pattern is None:
            return True
        from traceback import format_exception

        shown = f"{''.join(format_exception(cause))}{cause.args!r}"
        return self._pattern.search(shown) is None

    def is_clean_before(self, error: BaseException) -> bool:
        """Whether what Python would print before `error`, as its cause or context, shows no secret."""
        before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return self.is_clean(before)

    def value(self, value: Any) -> Any:
        """Return a JSON value without any of the secrets, sharing what did not change."""
        pattern, shortest = self._pattern, self._shortest
        if pattern is None:
            return value
        return changed_texts(
            value,
            lambda text: text if len(text) < shortest else pattern.sub(REDACTED, text),
            self._number if self._numbers else None,
        )

    def _number(self, number: float) -> Any:
        return REDACTED if numeral_of(number) in self._numbers else number
