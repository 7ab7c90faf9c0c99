"""What is wrong with a credential, in the words of who gave it: where it was given, and which keys are there."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ...core.errors import ConfigurationError

    #: Configurations that were given, each with its source in words, the strongest last.
    Parts = Iterable[tuple[str, Mapping[str, Any]]]

TOKEN = "access_token"
_TRY = "To try without a credential, add --sandbox."
_SHAPE = '{"access_token": "…"}'


def explain(error: ConfigurationError, parts: Parts, folder: str | None = None) -> None:
    """Say in an error about a key of the configuration where it was given, or which keys were found instead.

    No value is shown, and of a key nothing that looks like a secret.

    Args:
        error: The error; its `details` name the key.
        parts: What was given.
        folder: The job's folder, in which a file with a credential may be.
    """
    key = (error.details or {}).get("key")
    parts = list(parts)
    given = [(where, part) for where, part in parts if part]
    if key is None:
        return
    where = next((where for where, part in reversed(given) if key in part), None)
    if where is not None:
        for words, place in (("in the configuration", f"in {where}"), ("The configuration", _capital(where))):
            error.description = error.description.replace(words, place)
        if error.description.endswith("is empty."):
            error.fix = f"Write the token between the quotes. {'' if folder is None else _TRY}".strip()
    elif key == TOKEN:
        file = next((where for where, part in parts if where.startswith("the credentials file ")), None)
        error.description, error.fix = _missing(given or [(file, {})] if file else given, folder)


def _missing(given: list[tuple[str, Mapping[str, Any]]], folder: str | None) -> tuple[str, str]:
    """Return what was found in place of a token, and what to do."""
    if not given:
        return "No credential was given: there is no `access_token`.", _where_to_give(folder)
    where, part = given[-1]
    if not part:
        return f"{_capital(where)} has no keys.", f"Write {_SHAPE} into it."
    keys = ", ".join(f"`{_shown(key)}`" for key in part)
    inner = [key for key, value in part.items() if isinstance(value, dict) and TOKEN in value]
    if "configuration" in inner:
        return f"{_capital(where)} has `access_token` inside `configuration`.", f"Take it out of there: {_SHAPE}."
    if inner:
        fix = "A step of a workflow names the one it uses. For a single job write the one alone into the file."
        return f"{_capital(where)} holds several credentials ({keys}), and none was chosen.", fix
    if "data" in part:
        return (
            f"{_capital(where)} is a state: it has {keys}.",
            "Give the state with -s, and the credential with -c.",
        )
    similar = [key for key in part if "token" in str(key).lower() and "verify" not in str(key).lower()]
    fix = f"Rename `{_shown(similar[0])}` to `access_token`." if similar else f"Write {_SHAPE} into it."
    one = len(part) == 1
    return f"{_capital(where)} has no `access_token`; its key{'' if one else 's'} {'is' if one else 'are'} {keys}.", fix


def _where_to_give(folder: str | None) -> str:
    if folder is not None and (beside := _credential_beside(folder)) is not None:
        return f"{beside} holds one: add -c {beside}. {_TRY}"
    empty = " ADAPTOR_ACCESS_TOKEN is set, but empty." if os.environ.get("ADAPTOR_ACCESS_TOKEN") == "" else ""
    fix = f"Write {_SHAPE} into a file and give it with -c FILE, or set ADAPTOR_ACCESS_TOKEN.{empty}"
    return fix if folder is None else f"{fix} {_TRY}"


def _credential_beside(folder: str) -> str | None:
    """Return the path of a file in a folder that holds a token, or None."""
    from .paths import objects_in
    from .texts import CREDENTIAL, kind_of_object

    return next((path for path, value in objects_in(folder) if kind_of_object(value) == CREDENTIAL), None)


def _shown(key: object) -> str:
    from ..problems.covered import covered_name

    return covered_name(str(key))


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
