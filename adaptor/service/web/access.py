"""Who may call, read from the credentials: Meta's app secrets for each Page, and the keys of other callers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...core.errors import InputError
from ...core.secrets.pasted import trimmed_value
from .callers import Callers
from .meta import Door

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...runner.load.credentials import Credentials

#: Paths of other endpoints.
_TAKEN = ("/healthz", "/readyz", "/metrics", "/status", "/i")
_SECRETS = ("app_secret", "previous_app_secret")


def is_path(text: str) -> bool:
    """Whether a text can be the path of a webhook."""
    is_taken = any(text == taken or text.startswith(f"{taken}/") for taken in _TAKEN)
    return re.fullmatch(r"/[\w.~/-]*", text, re.ASCII) is not None and not is_taken


def doors_of(credentials: Credentials, path: str) -> list[Door]:
    """Return the endpoints for Meta: one for each `webhook_path`, and one for all configurations without.

    A configuration with a `page_id` signs the events of that Page alone; several with the same secret are several Pages
    of one app.

    Args:
        credentials: The configurations.
        path: The path of those that give none.

    Raises:
        InputError: A path cannot be used.
    """
    doors: dict[str, list[Mapping[str, Any]]] = {}
    for where, given in credentials.given():
        if not any(_text(given, key) for key in (*_SECRETS, "verify_token")):
            continue
        own = _text(given, "webhook_path") or path
        if not is_path(own):
            fix = f"Write a path such as /webhook/clinic, and none of {', '.join(_TAKEN)}."
            raise InputError(f"`webhook_path` of {where} cannot be used.", fix=fix, details={"key": "webhook_path"})
        doors.setdefault(own, []).append(given)
    return [_door(own, group) for own, group in doors.items()] or [Door(path, (), ())]


def _door(path: str, group: list[Mapping[str, Any]]) -> Door:
    secrets = dict.fromkeys(secret for given in group for key in _SECRETS if (secret := _text(given, key)))
    pages: dict[str, frozenset[str]] = {}
    for secret in secrets:
        holders = [given for given in group if secret in (_text(given, key) for key in _SECRETS)]
        ids = [str(given.get("page_id") or "") for given in holders]
        if all(each.isdecimal() for each in ids):
            pages[secret] = frozenset(ids)
    tokens = dict.fromkeys(token for given in group if (token := _text(given, "verify_token")))
    return Door(path, tuple(secrets), tuple(tokens), pages=pages)


def callers_of(credentials: Credentials, name: str | None = None) -> Callers:
    """Return the callers of the configuration of this name, or of all where it is None.

    Their keys are `webhook_api_key` and `previous_webhook_api_key`, `webhook_user` and `webhook_password`.
    """
    keys: list[str] = []
    users: list[tuple[str, str]] = []
    for _, given in credentials.given(name):
        keys += [key for each in ("webhook_api_key", "previous_webhook_api_key") if (key := _text(given, each))]
        user, password = _text(given, "webhook_user"), _text(given, "webhook_password")
        if user and password:
            users.append((user, password))
    return Callers(tuple(dict.fromkeys(keys)), tuple(dict.fromkeys(users)))


def _text(given: Mapping[str, Any], key: str) -> str:
    value = trimmed_value(key, given[key]) if given.get(key) else ""
    return value if isinstance(value, str) else ""
