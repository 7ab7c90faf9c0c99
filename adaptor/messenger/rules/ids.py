"""Ids that an operation is given: of a person, of an object, of the app; and tokens that are nobody's business."""

from __future__ import annotations

from typing import Any

from ...core.context import active
from ...core.errors import ConfigurationError
from ...core.state import State
from ...core.values.lazy import Lazy, resolve
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


class AppId(Lazy):
    """The app that the credential is for: `configuration.app_id`."""

    __slots__ = ()

    def __resolve__(self, state: State) -> str:
        configuration = state.get("configuration")
        app = configuration.get("app_id") if isinstance(configuration, dict) else None
        if not app:
            raise ConfigurationError(
                "This call is about the app, and the configuration has no `app_id`.",
                fix="Put `app_id` and `app_secret` into the credential; both stand in the app's settings.",
                details={"key": "app_id"},
            )
        return str(app)

    def __repr__(self) -> str:
        return "state.configuration.app_id"

    def __reduce__(self) -> tuple[Any, ...]:
        return AppId, ()


class Secret(Lazy):
    """A token that is an argument: it is kept out of everything that the run writes, like those of the credential.

    Args:
        field: What Meta calls it.
        given: The token, which may be lazy, or None for the one of the configuration.
        key: Where in the configuration it stands by default.
    """

    __slots__ = ("__field__", "__given__", "__key__")
    __field__: str
    __given__: Any
    __key__: str | None

    def __init__(self, field: str, given: Any, key: str | None = None) -> None:
        self.__field__ = field
        self.__given__ = given
        self.__key__ = key

    def __resolve__(self, state: State) -> str:
        token = resolve(self.__given__, state)
        configuration = state.get("configuration")
        if token is None and self.__key__ is not None and isinstance(configuration, dict):
            token = configuration.get(self.__key__)
        if token is None and self.__key__ is not None:
            raise ConfigurationError(
                f"The configuration has no `{self.__key__}`.",
                fix=f"Put it into the credential, or give {self.__field__}=….",
                details={"key": self.__key__},
            )
        text = str(given_text(self.__field__, token))
        run = active.get()
        if run is not None:
            run.redactor.learn((text,))
        return text

    def __repr__(self) -> str:
        return f"state.configuration.{self.__key__}" if self.__given__ is None else "…"

    def __reduce__(self) -> tuple[Any, ...]:
        return Secret, (self.__field__, self.__given__, self.__key__)
