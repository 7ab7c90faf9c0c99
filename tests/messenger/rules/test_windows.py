"""A closed window is told before the call, where the job knows when the person last wrote."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from adaptor import InvalidMessage, WindowClosed, send_image, send_message, send_text, state, try_each
from adaptor.core.run.context import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

ANA = "6543210987654321"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TAGGED = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}


@pytest.fixture
def send(httpserver: HTTPServer, state_for: Any) -> Callable[..., Any]:
    """Perform an operation at noon."""
    httpserver.expect_request("/v26.0/me/messages").respond_with_json({"recipient_id": ANA, "message_id": "m_1"})

    def perform(operation: Any, data: Any = None) -> Any:
        with Run(started=NOW.timestamp()):
            return operation(state_for(httpserver.url_for(""), data=data))

    return perform


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-23T13:00:00Z",
        "2026-11-23T13:00:00+00:00",
        "2026-11-23T18:00:00+05:00",
        "2026-11-23 13:00",
        "2026-11-24",
        datetime(2026, 11, 23, 13, tzinfo=UTC),
        datetime(2026, 11, 23, 13),
        datetime(2026, 11, 23, 8, tzinfo=timezone(timedelta(hours=-5))),
        NOW.timestamp() - 23 * 3600,
        int(NOW.timestamp() - 23 * 3600) * 1000,
        str(int(NOW.timestamp() - 23 * 3600) * 1000),
    ],
)
def test_an_open_window_lets_the_message_out(httpserver: HTTPServer, send: Any, moment: Any) -> None:
    send(send_text(ANA, "hi", last_user_message_at=moment))
    ((request, _),) = httpserver.log
    assert "last_user_message_at" not in json.loads(request.data)


@pytest.mark.parametrize(
    "moment", ["2026-11-23T11:59:00Z", "2026-11-22", NOW.timestamp() - 25 * 3600, datetime(2026, 11, 1, tzinfo=UTC)]
)
def test_a_closed_window_is_told_without_a_call(httpserver: HTTPServer, send: Any, moment: Any) -> None:
    operation = send_text(ANA, "hi", last_user_message_at=state.data.last)
    with pytest.raises(WindowClosed) as raised:
        send(operation, {"last": moment})
    assert httpserver.log == []
    assert (raised.value.sent, raised.value.about, raised.value.code) == ("no", "person", "WINDOW_CLOSED")
    assert "Meta answered" not in raised.value.report()
    assert "Nothing was sent" in raised.value.report()
    assert "send_utility" in raised.value.fix


def test_the_words_say_how_long_ago_it_was(send: Any) -> None:
    for moment, words in (("2026-11-23T06:00:00Z", "30 hours ago"), ("2026-11-14T12:00:00Z", "10 days ago")):
        with pytest.raises(WindowClosed, match=f"The person last wrote {words}, and .* for 24 hours"):
            send(send_text(ANA, "hi", last_user_message_at=moment))


def test_a_human_may_answer_for_seven_days(httpserver: HTTPServer, send: Any) -> None:
    send(send_text(ANA, "hi", last_user_message_at="2026-11-17T13:00:00Z", **TAGGED))
    with pytest.raises(WindowClosed, match="for 7 days"):
        send(send_text(ANA, "hi", last_user_message_at="2026-11-17T11:00:00Z", **TAGGED))
    assert len(httpserver.log) == 1


def test_every_send_knows_it(send: Any) -> None:
    long_ago = {"last_user_message_at": "2026-01-01"}
    for operation in (
        send_image(ANA, "https://example.org/a.png", **long_ago),
        send_message(ANA, {"text": "hi"}, **long_ago),
    ):
        with pytest.raises(WindowClosed):
            send(operation)


def test_a_literal_moment_is_judged_when_it_runs_and_not_when_the_job_is_loaded() -> None:
    send_text(ANA, "hi", last_user_message_at="2001-01-01")


def test_none_leaves_the_judgement_to_meta(send: Any) -> None:
    send(send_text(ANA, "hi", last_user_message_at=state.data.last), {"last": None})


@pytest.mark.parametrize("moment", ["yesterday", "", True, [], {}])
def test_what_is_no_moment_is_refused(httpserver: HTTPServer, send: Any, moment: Any) -> None:
    with pytest.raises(InvalidMessage, match="last_user_message_at"):
        send(send_text(ANA, "hi", last_user_message_at=state.data.last), {"last": moment})
    assert httpserver.log == []


def test_a_loop_goes_on_past_a_closed_window(httpserver: HTTPServer, send: Any) -> None:
    rows = [{"last": "2026-11-01"}, {"last": "2026-11-24T11:00:00Z"}]
    after = send(try_each(state.data, send_text(ANA, "hi", last_user_message_at=state.data.last)), rows)
    assert [entry["error"]["name"] for entry in after["failed"]] == ["WindowClosed"]
    assert len(httpserver.log) == 1


def test_a_dry_run_tells_it_too(state_for: Any) -> None:
    with Run(dry_run=True), pytest.raises(WindowClosed):
        send_text(ANA, "hi", last_user_message_at="2001-01-01")(state_for("http://localhost:1"))
