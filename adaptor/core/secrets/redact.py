"""Redacts secrets in everything that is written: logs, errors, reports, final states.

Secrets are found by value in all their usual forms: unchanged, quoted for a URL (also nested), escaped in JSON (also
nested), in HTML or by Python, in base64 at any position of a longer text, in hexadecimal digits, and as
`appsecret_proof`. Each line of 8 letters or more of a secret with several lines is a secret too. Secrets that could be
part of an ordinary text (see `weakness`) are found only as whole words.

In output the secrets are replaced for good. Stored data that is used again holds marks instead (see `kept_secrets`).
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
    r"(?i)token|secret|passw|passphrase|private|credential"
    r"|(api|access|account|encryption|functions|master|shared|signing|subscription)_?key"
    r"|authorization|bearer|cookie|connection_?string|(amz|goog)_?signature"
    r"|(?<![^\W_])(auth|dsn|jwt|otp|pass|pat|pin|pwd|sas|sig)(?![^\W_])"
)
#: Names that sound secret and are not, in lower case without punctuation: mostly cursors of paged lists.
_KNOWN_PUBLIC = frozenset(
    {"tokentype", "pagetoken", "nextpagetoken", "nexttoken", "continuationtoken", "synctoken", "tokencount"}
)
#: The public keys of a configuration; all other values in it are secrets. A test compares them with the schema.
PUBLIC_KEYS = frozenset(
    {"app_id", "page_id", "api_version", "base_url", "connect_timeout", "read_timeout", "total_timeout"}
    | {"max_response_bytes", "max_retries", "max_wait", "webhook_path", "webhook_user"}
)
#: The length of the digest that tells redacted texts apart.
_DISTINCT = 12
#: How the first and the last line of a private key begin; they are public.
_ARMOUR = "-----"


@lru_cache(maxsize=1000)
def sounds_secret(name: str) -> bool:
    """Whether the value under this name (a key, a header, a parameter) is a secret.

    Example:
        >>> sounds_secret("X-Api-Key"), sounds_secret("nextPageToken")
        (True, False)
    """
    plain = name.replace("-", "_")
    return re.search(_SECRET_KEY, plain) is not None and plain.replace("_", "").lower() not in _KNOWN_PUBLIC


def secrets_of(configuration: Any) -> Iterator[str]:
    """Yield the texts of a configuration that authenticate: all under a key that sounds secret, at any depth."""
    for _, secret in named_secrets(configuration, everything=False):
        if len(secret) >= SHORTEST_SECRET:
            yield secret


def named_secrets(configuration: Any, path: str = "", *, everything: bool = True) -> Iterator[tuple[str, str]]:
    r"""Yield the secrets of a configuration, even short ones, each with its path.

    Args:
        configuration: A configuration, a map of several, or a part of one.
        path: The path of this part.
        everything: Yield all values but those of public keys; otherwise only those under keys that sound secret.

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
        secret = configuration.get("app_secret")
        for token in (configuration.get("access_token"), configuration.get("user_access_token")):
            if isinstance(token, str) and isinstance(secret, str):
                yield f"{path}.{PROOF}" if path else PROOF, appsecret_proof(token, secret)
    elif isinstance(configuration, list | tuple):
        for index, value in enumerate(configuration):
            yield from named_secrets(value, f"{path}[{index}]", everything=everything)
    elif everything:
        yield from _all_texts(configuration, path)


def _is_public(key: Any, value: Any) -> bool:
    # An address with a password or a query is refused later, by an error that must not show it.
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
            # The value is trimmed before it is used.
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


@lru_cache(maxsize=32)
def appsecret_proof(access_token: str, app_secret: str) -> str:
    """Return the `appsecret_proof`, by which Meta sees that a call comes from a server that knows the app secret.

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
    """Replaces every known secret in a text, in any of its forms.

    Attributes:
        kept: Replaces secrets by marks in stored data, and marks by secrets.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        #: For which secrets it is, the pattern, and the length of the shortest form; made when it is needed.
        self._compiled: tuple[set[str], re.Pattern[str], int] | None = None
        self._numbers: frozenset[str] = frozenset()
        #: Secrets of several lines.
        self._of_lines: list[str] = []
        self.kept = KeptSecrets()
        self._of_results: Redactor | None = None
        self._of_identities: Redactor | None = None
        #: Secrets of a configuration whose keys do not sound secret.
        self._unnamed: set[str] = set()
        self._has_credential = False
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> bool:
        """Add secrets; return whether one of them was new."""
        secrets = set(secrets)
        if not self._unnamed.isdisjoint(secrets):
            self._unnamed -= secrets
            self._of_identities = None
        return self._add(secrets)

    def _finder(self) -> tuple[re.Pattern[str] | None, int]:
        """Return the pattern of all secrets, or None without any, and the length of their shortest form."""
        secrets, compiled = self._secrets, self._compiled
        if not secrets:
            return None, 0
        # Another thread may learn a secret meanwhile: then it is another set.
        if compiled is None or compiled[0] is not secrets:
            compiled = self._compiled = secrets, *pattern_of(frozenset(secrets))
        return compiled[1:]

    @property
    def _pattern(self) -> re.Pattern[str] | None:
        return self._finder()[0]

    def _add(self, secrets: Iterable[str]) -> bool:
        fresh = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET} - self._secrets
        if fresh:
            self._secrets = self._secrets | fresh
            self._of_results = self._of_identities = None
            self._numbers = frozenset(filter(is_number, self._secrets))
            self._of_lines = [secret for secret in self._secrets if "\n" in secret.rstrip("\n")]
        return bool(fresh)

    def learn_credential(self, configuration: Any) -> bool:
        """Add the secrets of the run's credential, which must be given again for a resume."""
        self._has_credential = True
        return self.learn_named(named_secrets(configuration))

    def learn_configuration(self, configuration: Any) -> bool:
        """Add the secrets of the configuration in a state of the run.

        If the run was given a credential, further values there, such as the token of a login, belong to the job: they
        come from its data and are stored unmarked.
        """
        if self._has_credential:
            return self._learn_named(list(named_secrets(configuration)))
        return self.learn_named(named_secrets(configuration))

    def learn_named(self, secrets: Iterable[tuple[str, str]]) -> bool:
        """Add secrets that must be given again for a resume, under the same names.

        Args:
            secrets: Each with its path in the credential.

        Returns:
            Whether one of them was new.
        """
        named = [(path, secret) for path, secret in secrets if len(secret) >= SHORTEST_SECRET]
        self.kept.learn(named)
        self._of_results = None
        return self._learn_named(named)

    def _learn_named(self, named: list[tuple[str, str]]) -> bool:
        # Most are known: each operation reads the configuration in its state.
        named = [(path, secret) for path, secret in named if secret not in self._secrets or secret in self._unnamed]
        sounding = {secret for path, secret in named if _sounds_secret_at(path)}
        unnamed = (self._unnamed | {secret for _, secret in named}) - sounding
        if unnamed != self._unnamed:
            self._unnamed, self._of_identities = unnamed, None
        return self._add(secret for _, secret in named)

    def of_results(self) -> Redactor:
        """Return the redactor for a final state, which leaves the plain word of a webhook in it."""
        if self._of_results is None:
            words = self.kept.words
            self._of_results = Redactor(self._secrets - words) if words else self
        return self._of_results

    def keep(self, value: Any) -> Any:
        """Return a JSON value for storage, with marks in place of the credentials' secrets."""
        return changed_texts(value, self.kept.mark, self.kept.mark_number if self._numbers else None)

    def restore(self, value: Any) -> Any:
        """Return stored data with its secrets restored.

        Raises:
            ConfigurationError: The credential lacks one of the secrets, or holds another one in its place.
        """
        return changed_texts(value, self.kept.unmark)

    def text(self, text: str) -> str:
        """Return a text with all secrets redacted."""
        pattern = self._pattern
        return pattern.sub(REDACTED, text) if pattern is not None else text

    def distinct(self, text: str) -> str:
        """Return a text with all secrets redacted, and a digest that tells it from other redacted texts."""
        clean = self.text(text)
        return clean if clean == text else f"{clean} {_told_apart(text)}"

    def identity(self, text: str) -> str:
        """Return a text that identifies a write, such as a recipient or the job's own key, without secrets.

        Values under keys that do not sound secret stay in it: the identity of a write must not change when a setting
        is added or removed, or the write would be made again.
        """
        if self._of_identities is None:
            self._of_identities = Redactor(self._secrets - self._unnamed) if self._unnamed else self
        return self._of_identities.distinct(text)

    def json(self, text: str) -> str:
        """Return a JSON text with all secrets redacted; it stays JSON where a secret is a number."""
        clean = self.text(text)
        if clean == text or not self._numbers:
            return clean
        from json import dumps, loads

        value = self.value(loads(text))
        clean = dumps(value, ensure_ascii=False, separators=(",", ":"))
        # Only an escape can represent half a surrogate pair.
        return clean if clean.isascii() or not re.search("[\ud800-\udfff]", clean) else dumps(value)

    def unfinished(self, text: str) -> int:
        r"""Return the offset of an incomplete secret of several lines at the end of a text, or the text's length.

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
        """Whether the traceback of an exception, with its causes, shows no secret."""
        if cause is None or self._pattern is None:
            return True
        from traceback import format_exception

        shown = f"{''.join(format_exception(cause))}{cause.args!r}"
        return self._pattern.search(shown) is None

    def is_clean_before(self, error: BaseException) -> bool:
        """Whether the part of a traceback before `error`, its cause or context, shows no secret."""
        before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return self.is_clean(before)

    def value(self, value: Any) -> Any:
        """Return a JSON value with all secrets redacted. Unchanged parts are shared."""
        pattern, shortest = self._finder()
        if pattern is None:
            return value
        return changed_texts(
            value,
            lambda text: text if len(text) < shortest else pattern.sub(REDACTED, text),
            self._number if self._numbers else None,
        )

    def _number(self, number: float) -> Any:
        return REDACTED if numeral_of(number) in self._numbers else number
