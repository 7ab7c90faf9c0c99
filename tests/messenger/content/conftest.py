"""Payloads, judged in every way that they can reach Meta."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adaptor import InvalidMessage, post_message, send_message, send_template, state

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

ANA = "6543210987654321"


def attached(payload: Any) -> dict[str, Any]:
    return {"attachment": {"type": "template", "payload": payload}}


@pytest.fixture
def refused(httpserver: HTTPServer, state_for: Any) -> Callable[..., InvalidMessage]:
    """Refuse a message where it is literal and where it is known only when it runs; return the error."""

    def attempt(message: Any) -> InvalidMessage:
        body = {"recipient": {"id": ANA}, "message": message}
        errors = []
        for build in (lambda: send_message(ANA, message), lambda: post_message(body)):
            with pytest.raises(InvalidMessage) as built:
                build()
            errors.append(built.value)
        for lazily in (send_message(ANA, state.data), send_message(ANA, lambda s: s["data"])):
            with pytest.raises(InvalidMessage) as ran:
                lazily(state_for(httpserver.url_for(""), data=message))
            errors.append(ran.value)
        assert httpserver.log == []
        assert {(str(error), repr(error.details)) for error in errors} == {(str(errors[0]), repr(errors[0].details))}
        assert errors[0].fix
        assert errors[0].sent == "no"
        return errors[0]

    return attempt


@pytest.fixture
def refused_template(refused: Any, httpserver: HTTPServer, state_for: Any) -> Callable[..., InvalidMessage]:
    """Refuse the payload of a template, raw and lazy, whichever operation sends it; return the error."""

    def attempt(payload: Any) -> InvalidMessage:
        error: InvalidMessage = refused(attached(payload))
        with pytest.raises(InvalidMessage) as built:
            send_template(ANA, payload)
        with pytest.raises(InvalidMessage) as ran:
            send_template(ANA, state.data.payload)(state_for(httpserver.url_for(""), data={"payload": payload}))
        assert str(built.value) == str(ran.value) == str(error)
        assert httpserver.log == []
        return error

    return attempt


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return [_without_none(item) for item in value] if isinstance(value, list) else value


@pytest.fixture
def taken(sent: Any) -> Callable[[Any], None]:
    """Send the payload of a template, raw and lazy; it arrives as it was given."""

    def attempt(payload: Any) -> None:
        assert sent(send_template(ANA, payload))["message"] == attached(payload)
        # What turned out to be None when it ran is as if it had not been given.
        lazy = sent(send_template(ANA, state.data.payload), {"payload": payload})["message"]
        assert lazy == attached(_without_none(payload))
        assert sent(post_message({"recipient": {"id": ANA}, "message": attached(payload)}))["message"] == attached(
            payload
        )

    return attempt
