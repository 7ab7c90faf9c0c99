"""The configuration: the credential and settings of a run, read from `state["configuration"]` and nowhere else."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from .errors import ConfigurationError
from .secrets.pasted import trimmed, wrong_in
from .state import a_kind

_SCHEMA = "configuration-schema.json"
#: Keys whose values are copied from Meta's pages.
_COPIED = ("access_token", "user_access_token", "app_secret", "previous_app_secret")


class Configuration(NamedTuple):
    """A configuration that was checked against `configuration-schema.json`."""

    access_token: str
    user_access_token: str | None
    app_secret: str | None
    previous_app_secret: str | None
    app_id: str | None
    verify_token: str | None
    page_id: str
    api_version: str
    base_url: str
    connect_timeout: float
    read_timeout: float
    total_timeout: float
    max_response_bytes: int
    max_retries: int
    max_wait: float

    def __repr__(self) -> str:
        return f"Configuration(page_id={self.page_id!r}, api_version={self.api_version!r}, base_url={self.base_url!r})"


@cache
def schema() -> dict[str, Any]:
    """Return the configuration's JSON Schema (draft-07)."""
    import json

    package = Path(__file__).parent.parent
    # In a wheel the schema lies inside the package, in a checkout beside it.
    for folder in (package, package.parent):
        file = folder / _SCHEMA
        if file.is_file():
            content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            return content
    raise ConfigurationError(f"{_SCHEMA} is missing from the installation.", fix="Install the package again.")


def read_configuration(configuration: Any) -> Configuration:
    r"""Check a configuration and fill in the defaults.

    Args:
        configuration: The value of `state["configuration"]`.

    Returns:
        The configuration, with the defaults of the schema. Keys of other systems are ignored.

    Raises:
        ConfigurationError: Something is missing, misspelt, badly pasted or of the wrong kind. The message never shows a
            value.

    Example:
        >>> read_configuration({"access_token": "EAAG-token\n"}).access_token
        'EAAG-token'
    """
    properties = schema()["properties"]
    if configuration is None:
        configuration = {}
    if not isinstance(configuration, dict):
        raise ConfigurationError(
            f"The configuration is a {type(configuration).__name__} instead of an object.", fix=_HOW_TO_GIVE
        )
    for key in configuration:
        twin = next((each for each in properties if each in configuration and _plain(each) == _plain(str(key))), key)
        if twin != key:
            raise ConfigurationError(
                f"The configuration has both `{twin}` and `{key}`.",
                fix=f"Keep `{twin}`, and leave the other one out.",
                details={"key": str(key), "meant": twin},
            )
        if key not in properties and (meant := _meant(str(key), configuration)):
            raise ConfigurationError(
                f"The configuration has a key `{key}`, which does not exist.",
                fix=f"Did you mean `{meant}`? Rename it.",
                details={"key": str(key), "meant": meant},
            )
    for key in schema()["required"]:
        if configuration.get(key) is None:
            raise ConfigurationError(f"The configuration has no `{key}`.", fix=_HOW_TO_GIVE, details={"key": key})
    given = {key: configuration[key] for key in properties if configuration.get(key) is not None}
    for key, value in given.items():
        given[key] = trimmed(value) if isinstance(value, str) else value
    for key in _COPIED:
        wrong = wrong_in(given[key], is_token=key != "app_secret") if isinstance(given.get(key), str) else None
        if wrong is not None:
            what, fix = wrong
            raise ConfigurationError(
                f"`{key}` in the configuration {what}.",
                fix=_HOW_TO_GIVE if not given[key] and key in schema()["required"] else fix,
                details={"key": key},
            )
    _check_base_url(given.get("base_url"))
    _validate(given)
    values = {key: given.get(key, rule.get("default")) for key, rule in properties.items()}
    values["base_url"] = values["base_url"].rstrip("/")
    # The other keys are those of the service.
    return Configuration(**{key: values[key] for key in Configuration._fields})


def _check_base_url(url: Any) -> None:
    """Refuse an address that holds a credential, which would replace the token and appear in logs, or a wrong host.

    Raises:
        ConfigurationError: It is such an address. The error does not show it.
    """
    if not isinstance(url, str):
        return
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        # Libraries disagree on where a host with a backslash ends.
        parts_found = {
            "a user name or password": "@" in parts.netloc,
            "a query": parts.query,
            "a fragment": "#" in url,
            "a backslash": "\\" in url,
            "a port that does not exist": parts.port == 0,
        }
        holds = next((what for what, is_held in parts_found.items() if is_held), None)
    except ValueError:
        holds = "a host or a port that is none"
    if holds is not None:
        raise ConfigurationError(
            f"`base_url` in the configuration holds {holds}.",
            fix="Write scheme and host alone, such as https://graph.facebook.com: the token is sent in a header.",
            details={"key": "base_url"},
        )


def plain_address(base_url: str) -> str | None:
    """Return a warning if the token would be sent unencrypted to another machine, else None.

    Example:
        >>> plain_address("http://graph.example.org")
        'The token is sent unencrypted to http://graph.example.org; write https:// in `base_url`.'
        >>> plain_address("http://127.0.0.1:8000")
    """
    from urllib.parse import urlsplit

    parts = urlsplit(base_url)
    host = (parts.hostname or "").lower()
    is_here = (
        host == "localhost" or host.endswith(".localhost") or host == "::1" or re.fullmatch(r"127(\.\d+){3}", host)
    )
    if parts.scheme != "http" or is_here:
        return None
    return f"The token is sent unencrypted to {base_url}; write https:// in `base_url`."


def _validate(given: dict[str, Any]) -> None:
    """Refuse the first value that breaks a rule of the schema, in the schema's order.

    The schema uses five keywords. A library that compiles it takes a tenth of the time of a run that sends one message.

    Raises:
        ConfigurationError: A value breaks a rule. The error does not show it.
    """
    properties = schema()["properties"]
    for key, value in given.items():
        rule = broken_rule(properties[key], value)
        if rule is not None:
            what, fix = _wrong(key, value, rule)
            raise ConfigurationError(
                f"`{key}` in the configuration {what}.", fix=f"{fix} {_example(key)}".strip(), details={"key": key}
            )


def broken_rule(rules: dict[str, Any], value: Any) -> str | None:
    """Return the keyword of a property's JSON Schema that a value breaks, or None.

    Args:
        rules: A property of `configuration-schema.json`.
        value: The value of its key.

    Example:
        >>> broken_rule({"type": "number", "minimum": 0}, -1)
        'minimum'
    """
    if rules["type"] == "string":
        if not isinstance(value, str):
            return "type"
        if len(value) < rules.get("minLength", 0):
            return "minLength"
        # Each pattern is for the whole text.
        return None if re.fullmatch(rules.get("pattern", "(?s).*"), value) else "pattern"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or (rules["type"] == "integer" and value != value // 1):
        return "type"
    if "minimum" in rules and value < rules["minimum"]:
        return "minimum"
    if "exclusiveMinimum" in rules and value <= rules["exclusiveMinimum"]:
        return "exclusiveMinimum"
    return None


#: What is wrong with a text that does not fit its pattern.
_NOT_OF_FORM = {
    "access_token": "holds a character that no token has",
    "app_id": "is not a number",
    "page_id": "is neither `me` nor a number",
    "api_version": "is not written like v26.0",
    "base_url": "is not an http or https address",
}


def _wrong(key: str, value: Any, rule: str) -> tuple[str, str]:
    """Return what is wrong with a value by a rule of the schema, and what to do. The value is not shown."""
    kind = schema()["properties"][key]["type"]
    if rule == "type" and kind == "string":
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return f"is {_kind(value)}, not text", "Put quotes around it." if is_number else "Write text there."
    if rule == "type" and isinstance(value, float):
        return "is not a whole number", ""
    if rule == "type":
        return f"is {_kind(value)}, not a number", "Write the number without quotes." if value.__class__ is str else ""
    if rule in ("minimum", "exclusiveMinimum"):
        return "is too small", ""
    return ("is empty" if value == "" else _NOT_OF_FORM.get(key, "is not of the right form")), ""


def _kind(value: Any) -> str:
    """Return the kind of a JSON value in words."""
    kinds = {"int": "a number", "float": "a number", "bool": "true or false", "str": "text", "dict": "an object"}
    return kinds.get(type(value).__name__) or a_kind(value)


def _example(key: str) -> str:
    return f"For example: {schema()['properties'][key]['examples'][0]}"


def _meant(key: str, configuration: dict[str, Any]) -> str | None:
    from difflib import get_close_matches

    properties: list[str] = [name for name in schema()["properties"] if name not in configuration]
    by_plain = {_plain(name): name for name in properties}
    if _plain(key) in by_plain:
        return by_plain[_plain(key)]
    match = get_close_matches(key.replace("-", "_").lower(), properties, n=1, cutoff=0.8)
    return match[0] if match else None


def _plain(key: str) -> str:
    """Return a key without what only its spelling adds: `access_token` and `accessToken` are alike."""
    return key.replace("-", "").replace("_", "").lower()


_HOW_TO_GIVE = (
    'Put it under "configuration" in the state, {"configuration": {"access_token": "…"}}, or give --credentials FILE, '
    "or set ADAPTOR_ACCESS_TOKEN. adaptor config token gets one; to try without, use --sandbox."
)
