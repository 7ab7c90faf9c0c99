"""The credential of another system: its address, and a user with a password or a token.

```json
{"base_url": "https://clinic.example.org/api", "username": "reminders", "password": "…"}
```
"""

from __future__ import annotations

from ...wire.address import check_url, clean_url, origin, refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

#: The keys, in our spelling and in OpenFn's.
_ADDRESS = ("base_url", "baseUrl")
_TOKENS = ("token", "access_token")
KEYS = frozenset({*_ADDRESS, *_TOKENS, "username", "password"})
_HOW = 'Give a credential, such as auth=state.configuration.clinic, with {"base_url": "https://…", "token": "…"} there.'


def is_path(url: Any) -> bool:
    """Whether an address is a path alone, `/patients`, which needs the address of a credential before it."""
    return isinstance(url, str) and url.startswith("/") and not url.startswith("//")


def secret_of(credential: Mapping[str, Any]) -> list[Any]:
    """Return what is secret in a credential. Without a password, the user name is."""
    password = credential.get("password")
    return [*(credential.get(key) for key in _TOKENS), password if password else credential.get("username")]


def _is_of_another_system(configuration: Mapping[str, Any]) -> bool:
    """Whether a configuration is not Facebook's, whose token is sent to no other. `baseUrl` is no key of Facebook's."""
    return "access_token" not in configuration or "baseUrl" in configuration


def applied(url: Any, auth: Any, configuration: Any) -> tuple[Any, Any]:
    """Return the whole address of a call, and its `auth` as a pair or a token.

    Args:
        url: An address, or a path.
        auth: What the call was given, with everything resolved.
        configuration: The one of the state: used for a path where the call was given no `auth`.

    Raises:
        InvalidMessage: A path has no address before it, or the credential is another system's. Nothing was sent.
    """
    if auth is None and is_path(url) and isinstance(configuration, dict) and _is_of_another_system(configuration):
        auth = configuration
    if not isinstance(auth, dict):
        if is_path(url):
            refuse("url", "is a path, and no credential of another system says what comes before it", _HOW)
        return url, auth
    base = next((auth[key] for key in _ADDRESS if auth.get(key)), None)
    if base is not None:
        check_url(base, "base_url")
    if is_path(url):
        if base is None:
            refuse("url", "is a path, and there is no `base_url` to put before it", f"Give the whole address. {_HOW}")
        url = f"{base.rstrip('/')}{url}"
    elif base is not None and isinstance(url, str):
        check_url(url)
        if origin(url) != origin(base):
            where = f"is at {clean_url(origin(url))}, and the credential in `auth` is for {clean_url(origin(base))}"
            refuse("url", where, "Give the path alone, or the credential of that system.")
    return url, _plain(auth, base)


def _plain(credential: Mapping[str, Any], base: Any) -> Any:
    """Return the user and password of a credential, or its token; None where it has only an address."""
    if credential.get("username") is not None:
        return credential["username"], credential.get("password") or ""
    if credential.get("password") is not None:
        refuse("auth", "has a password and no `username`", "Add the user name.")
    token = next((credential[key] for key in _TOKENS if credential.get(key) is not None), None)
    if token is not None:
        return {"token": token}
    return None if base is not None else credential
