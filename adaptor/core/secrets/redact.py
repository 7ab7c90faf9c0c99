"""Keeping secrets out of everything that is written: logs, errors, reports, final states.

Secrets are found by value, in the forms in which they travel: as they are, quoted for a URL (also inside another),
escaped in JSON (also inside another), in HTML or by Python, in base64 at any place of a longer text, and as
`appsecret_proof`. Those that could be a part of an ordinary text (see `weakness`) are found as whole words alone.

What is only read loses them for good. What is kept and used again has marks in their place (see `kept_secrets`).
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
#: Names that sound like a secret and are none, written small and without signs: mostly places in a list of pages.
_KNOWN_PUBLIC = frozenset(
    {"tokentype", "pagetoken", "nextpagetoken", "nexttoken", "continuationtoken", "synctoken", "tokencount"}
)


def sounds_secret(name: str) -> bool:
    """Whether what stands under this name (a key, a header, a parameter) is a secret.

    Example:
        >>> sounds_secret("X-Api-Key"), sounds_secret("nextPageToken")
        (True, False)
    """
    plain = name.replace("-", "_")
    return re.search(_SECRET_KEY, plain) is not None and plain.replace("_", "").lower() not in _KNOWN_PUBLIC


def secrets_of(configuration: Any) -> Iterator[str]:
    """Yield the secret texts of a configuration: everything under a key that sounds like one, at any depth."""
    for _, secret in named_secrets(configuration):
        if len(secret) >= SHORTEST_SECRET:
            yield secret


def named_secrets(configuration: Any, path: str = "", *, inside_secret: bool = False) -> Iterator[tuple[str, str]]:
    """Yield the secret texts of a configuration, however short, each with the path of keys that leads to it.

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
            # What stands around it is left out before it is used.
            yield path, plain


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
        self.kept = KeptSecrets()
        self._of_results: Redactor | None = None
        self._has_credential = False
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> bool:
        """Take further secrets into account; return whether there was a new one."""
        fresh = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET} - self._secrets
        if fresh:
            self._secrets |= fresh
            self._of_results = None
            self._pattern, forms = pattern_of(self._secrets)
            self._shortest = min(map(len, forms))
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
            return self.learn(secrets_of(configuration))
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
        return self.learn(secret for _, secret in named)

    def of_results(self) -> Redactor:
        """Return what clears a final state: the plain word that Meta repeats to a webhook is left in it."""
        if self._of_results is None:
            words = self.kept.words
            self._of_results = Redactor(self._secrets - words) if words else self
        return self._of_results

    def keep(self, value: Any) -> Any:
        """Return a JSON value as it may be kept: with marks in the place of what the credentials hold."""
        return changed_texts(value, self.kept.mark)

    def restore(self, value: Any) -> Any:
        """Return what was kept as it was.

        Raises:
            ConfigurationError: It holds a secret that the credentials do not, or that is another one there now.
        """
        return changed_texts(value, self.kept.unmark)

    def text(self, text: str) -> str:
        """Return `text` without any of the secrets."""
        return self._pattern.sub(REDACTED, text) if self._pattern is not None else text

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
        return changed_texts(value, lambda text: text if len(text) < shortest else pattern.sub(REDACTED, text))
