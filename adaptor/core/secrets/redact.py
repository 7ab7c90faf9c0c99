"""Redacts secrets in everything that is written: logs, errors, reports, final states.

Secrets are found by value in all their usual forms: unchanged, quoted for a URL (also nested), escaped in JSON (also
nested), in HTML or by Python, in base64 at any position of a longer text, and as `appsecret_proof`. Secrets that could
be part of an ordinary text (see `weakness`) are found only as whole words.

In output the secrets are replaced for good. Stored data that is used again holds marks instead (see `kept_secrets`).
"""

from __future__ import annotations

import re

from .kept_secrets import KeptSecrets, changed_texts
from .pasted import trimmed
from .secret_forms import PROOF, REDACTED as REDACTED, SHORTEST_SECRET, pattern_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

_SECRET_KEY = r"(?i)token|secret|passw|passphrase|api_?key|private|credential|authorization|bearer|cookie"
#: Names that sound secret and are not, in lower case without punctuation: mostly cursors of paged lists.
_KNOWN_PUBLIC = frozenset(
    {"tokentype", "pagetoken", "nextpagetoken", "nexttoken", "continuationtoken", "synctoken", "tokencount"}
)


def sounds_secret(name: str) -> bool:
    """Whether the value under this name (a key, a header, a parameter) is a secret.

    Example:
        >>> sounds_secret("X-Api-Key"), sounds_secret("nextPageToken")
        (True, False)
    """
    plain = name.replace("-", "_")
    return re.search(_SECRET_KEY, plain) is not None and plain.replace("_", "").lower() not in _KNOWN_PUBLIC


def secrets_of(configuration: Any) -> Iterator[str]:
    """Yield the secret texts of a configuration: all values under a key that sounds secret, at any depth."""
    for _, secret in named_secrets(configuration):
        if len(secret) >= SHORTEST_SECRET:
            yield secret


def named_secrets(configuration: Any, path: str = "", *, inside_secret: bool = False) -> Iterator[tuple[str, str]]:
    """Yield the secret texts of a configuration, even short ones, each with its path.

    Example:
        >>> list(named_secrets({"verify_token": "sunrise", "db": {"host": "here", "passwords": ["a1", "b2"]}}))
        [('verify_token', 'sunrise'), ('db.passwords[0]', 'a1'), ('db.passwords[1]', 'b2')]
    """
    if isinstance(configuration, dict):
        for key, value in configuration.items():
            where = f"{path}.{key}" if path else str(key)
            yield from named_secrets(value, where, inside_secret=inside_secret or sounds_secret(str(key)))
        token, secret = configuration.get("access_token"), configuration.get("app_secret")
        if isinstance(token, str) and isinstance(secret, str):
            yield f"{path}.{PROOF}" if path else PROOF, appsecret_proof(token, secret)
    elif isinstance(configuration, list | tuple):
        for index, value in enumerate(configuration):
            yield from named_secrets(value, f"{path}[{index}]", inside_secret=inside_secret)
    elif inside_secret and isinstance(configuration, str) and configuration:
        yield path, configuration
        for plain in {trimmed(configuration), configuration.strip("\r\n")} - {"", configuration}:
            # The value is trimmed before it is used.
            yield path, plain


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
        self._pattern: re.Pattern[str] | None = None
        self._shortest = 0
        self.kept = KeptSecrets()
        self._of_results: Redactor | None = None
        self._has_credential = False
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> bool:
        """Add secrets; return whether one of them was new."""
        fresh = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET} - self._secrets
        if fresh:
            self._secrets |= fresh
            self._of_results = None
            self._pattern, forms = pattern_of(self._secrets)
            self._shortest = min(map(len, forms))
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
            return self.learn(secrets_of(configuration))
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
        return self.learn(secret for _, secret in named)

    def of_results(self) -> Redactor:
        """Return the redactor for a final state, which leaves the plain word of a webhook in it."""
        if self._of_results is None:
            words = self.kept.words
            self._of_results = Redactor(self._secrets - words) if words else self
        return self._of_results

    def keep(self, value: Any) -> Any:
        """Return a JSON value for storage, with marks in place of the credentials' secrets."""
        return changed_texts(value, self.kept.mark)

    def restore(self, value: Any) -> Any:
        """Return stored data with its secrets restored.

        Raises:
            ConfigurationError: The credential lacks one of the secrets, or holds another one in its place.
        """
        return changed_texts(value, self.kept.unmark)

    def text(self, text: str) -> str:
        """Return a text with all secrets redacted."""
        return self._pattern.sub(REDACTED, text) if self._pattern is not None else text

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
        pattern, shortest = self._pattern, self._shortest
        if pattern is None:
            return value
        return changed_texts(value, lambda text: text if len(text) < shortest else pattern.sub(REDACTED, text))
