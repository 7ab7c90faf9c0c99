"""Ids given to an operation: of a person, of an object, of the app; and secret tokens."""

from __future__ import annotations

from typing import Any

from ...core.errors import ConfigurationError
from ...core.run.context import active
from ...core.state import State
from ...core.values.arguments import Deferred, prepare
from ...core.values.lazy import resolve
from .limits import refuse
from .recipient import check_recipient, recipient_object
from .values import check_id, given_text


def object_id(field: str, value: Any) -> str:
    """Return the id of an object as text.

    Raises:
        InvalidMessage: There is none: the call would be about something else.
    """
    check_id(field, value)
    return str(value).strip()


def person_id(person: Any) -> str:
    """Return a person's PSID, given as it is or as the object `{"id": …}` that webhooks name a sender by.

    Raises:
        InvalidMessage: It is no PSID: empty, several, or rounded by a spreadsheet.
    """
    recipient = recipient_object(person)
    check_recipient(recipient)
    if recipient.get("id") is None:
        raise refuse("recipient", f"is a {next(iter(recipient))}", "This call needs the person's PSID.")
    return str(recipient["id"])


def _app_id(state: State) -> str:
    configuration = state.get("configuration")
    app = configuration.get("app_id") if isinstance(configuration, dict) else None
    if not app:
        raise ConfigurationError(
            "This call is about the app, and the configuration has no `app_id`.",
            fix="Put `app_id` and `app_secret` into the credential; both are in the app's settings.",
            details={"key": "app_id"},
        )
    return str(app)


#: The app that the credential is for: `configuration.app_id`.
APP_ID = Deferred(_app_id, reads_state=True, written="state.configuration.app_id")


def secret(field: str, given: Any, key: str | None = None) -> Deferred:
    """Return a token that is an argument. Like the tokens of the credential, it appears in nothing that the run writes.

    Args:
        field: What Meta calls it.
        given: The token, which may be lazy, or None for the one of the configuration.
        key: The key of the configuration that holds it by default.
    """
    written = f"state.configuration.{key}" if given is None else "…"
    return Deferred(_secret, (field, prepare(given), key), reads_state=True, written=written)


def _secret(state: State, field: str, given: Any, key: str | None) -> str:
    token = resolve(given, state)
    configuration = state.get("configuration")
    if token is None and key is not None and isinstance(configuration, dict):
        token = configuration.get(key)
    if token is None and key is not None:
        raise ConfigurationError(
            f"The configuration has no `{key}`.",
            fix=f"Put it into the credential, or give {field}=….",
            details={"key": key},
        )
    text = str(given_text(field, token))
    run = active.get()
    if run is not None:
        run.redactor.learn((text,))
    return text
