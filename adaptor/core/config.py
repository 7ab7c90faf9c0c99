"""The configuration: the credential and settings of a run, read from `state["configuration"]` and nowhere else."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from .errors import ConfigurationError
from .secrets.pasted import trimmed, wrong_in

_SCHEMA = "configuration-schema.json"
#: Keys whose values are copied from Meta's pages.
_COPIED = ("access_token", "app_secret")


class Configuration(NamedTuple):
    """A configuration that was checked against `configuration-schema.json`."""

    access_token: str
    app_secret: str | None
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


@cache
def _validator() -> Any:
    import fastjsonschema

    return fastjsonschema.compile(schema(), use_default=False)


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
        wrong = wrong_in(given[key], is_token=key == "access_token") if isinstance(given.get(key), str) else None
        if wrong is not None:
            what, fix = wrong
            raise ConfigurationError(
                f"`{key}` in the configuration {what}.",
                fix=_HOW_TO_GIVE if not given[key] and key in schema()["required"] else f"{fix} {_example(key)}",
                details={"key": key},
            )
    _check_base_url(given.get("base_url"))
    _validate(given)
    values = {key: given.get(key, rule.get("default")) for key, rule in properties.items()}
    values["base_url"] = values["base_url"].rstrip("/")
    return Configuration(**values)


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
    import re
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
    import fastjsonschema

    try:
        _validator()(given)
    except fastjsonschema.JsonSchemaValueException as cause:
        key = str(cause.path[-1]) if len(cause.path) > 1 else ""
        raise ConfigurationError(
            f"`{key}` in the configuration {cause.message.split(' ', 1)[-1]}.",
            fix=_example(key),
            details={"key": key},
        ) from None


def _example(key: str) -> str:
    rule = schema()["properties"].get(key, {})
    return f"{rule.get('description', '')} For example: {rule.get('examples', ['?'])[0]}"


def _meant(key: str, configuration: dict[str, Any]) -> str | None:
    from difflib import get_close_matches

    properties: list[str] = [name for name in schema()["properties"] if name not in configuration]
    plain = key.replace("-", "_").lower()
    by_plain: dict[str, str] = {name.replace("_", ""): name for name in properties}
    if plain.replace("_", "") in by_plain:
        return by_plain[plain.replace("_", "")]
    match = get_close_matches(plain, properties, n=1, cutoff=0.8)
    return match[0] if match else None


_HOW_TO_GIVE = (
    'Put it under "configuration" in the state, {"configuration": {"access_token": "…"}}, or give --credentials FILE, '
    "or set ADAPTOR_ACCESS_TOKEN. To try without a credential, use --sandbox."
)
