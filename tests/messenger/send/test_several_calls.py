"""One operation, several calls: a long text in parts, and typing before a message."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from adaptor import (
    DeliveryUnknown,
    InvalidMessage,
    PermissionMissing,
    RecipientUnavailable,
    WrongCall,
    quick_reply,
    send_text,
    state,
    try_each,
)
from adaptor.core.run.context import Run
from adaptor.messenger.send.split_text import split_text

if TYPE_CHECKING:
    from collections.abc import Callable

ANA = "6543210987654321"
WORDS = "Please bring your card. " * 200


@pytest.fixture
def bodies() -> Callable[[Any], list[Any]]:
    """Return the bodies that came to a server."""

    def read(server: Any) -> list[Any]:
        return [json.loads(request.partition(b"\r\n\r\n")[2]) for request in server.requests]

    return read


def said(http: Any, number: int = 1) -> bytes:
    answer: bytes = http({"recipient_id": ANA, "message_id": f"m_{number}"})
    return answer


# --- Long texts -------------------------------------------------------------------------------------------------------


def test_a_long_text_goes_out_in_parts_at_the_ends_of_sentences(
    wire: Any, http: Any, bodies: Any, state_for: Any, run: Run
) -> None:
    server = wire(said(http, 1), said(http, 2), said(http, 3))
    after = send_text(
        ANA,
        WORDS,
        split=True,
        quick_replies=[quick_reply("Yes")],
        reply_to="m_0",
        metadata="tag",
        thread_control={"control_type": "release"},
    )(state_for(server.url))
    sent = bodies(server)
    texts = [body["message"]["text"] for body in sent]
    assert len(texts) == 3
    assert all(len(text) <= 2000 and text.endswith("card.") for text in texts)
    assert " ".join(texts) == WORDS.strip()
    assert ["quick_replies" in body["message"] for body in sent] == [False, False, True]
    assert ["thread_control" in body for body in sent] == [False, False, True]
    assert ["reply_to" in body for body in sent] == [True, False, False]
    assert [body["message"]["metadata"] for body in sent] == ["tag"] * 3
    assert after["data"] == {"recipient_id": ANA, "message_id": "m_3", "message_ids": ["m_1", "m_2", "m_3"]}
    assert len(after["references"]) == 1
    assert run.outcomes["sent"] == 3


def test_a_short_text_is_one_message_as_ever(wire: Any, http: Any, state_for: Any) -> None:
    server = wire(said(http))
    after = send_text(ANA, state.data.text, split=True)(state_for(server.url, data={"text": "Hello  you "}))
    assert after["data"] == {"recipient_id": ANA, "message_id": "m_1"}
    assert b"Hello  you " in server.requests[0]


def test_without_split_a_long_text_is_refused_and_told_how_to_send_it() -> None:
    with pytest.raises(InvalidMessage) as raised:
        send_text(ANA, WORDS)
    assert "split=True" in raised.value.fix


def test_split_is_asked_for_when_the_job_is_written() -> None:
    with pytest.raises(WrongCall, match="split"):
        send_text(ANA, "hi", split=state.data.split)


@pytest.mark.parametrize("text", ["", "  ", None, 5])
def test_a_text_that_is_none_is_refused_with_split_too(text: Any) -> None:
    with pytest.raises(InvalidMessage):
        send_text(ANA, text, split=True)


def test_where_a_part_fails_the_error_says_what_was_sent_before(wire: Any, http: Any, state_for: Any, run: Run) -> None:
    blocked = http({"error": {"message": "gone", "code": 551, "error_subcode": 1545041}}, status=400)
    server = wire(said(http, 1), blocked)
    with pytest.raises(RecipientUnavailable) as raised:
        send_text(ANA, WORDS, split=True)(state_for(server.url))
    assert (raised.value.sent, raised.value.parts_sent) == ("partly", ["m_1"])
    assert raised.value.sent_sentence() == "The first part was sent; the next one was not."
    assert raised.value.facts()["parts_sent"] == ["m_1"]
    assert run.outcomes == {"sent": 1, "failed": 1, "unknown": 0, "described": 0}
    assert server.seen(2) == 2


def test_where_the_answer_to_a_part_is_lost_the_rest_is_not_sent(
    wire: Any, http: Any, moves: Any, state_for: Any, run: Run
) -> None:
    server = wire(said(http, 1), said(http, 2), moves.close)
    with pytest.raises(DeliveryUnknown) as raised:
        send_text(ANA, WORDS, split=True)(state_for(server.url))
    assert (raised.value.sent, raised.value.parts_sent) == ("unknown", ["m_1", "m_2"])
    assert raised.value.sent_sentence() == "The first 2 parts were sent; the next one may or may not have been."
    assert run.outcomes == {"sent": 2, "failed": 0, "unknown": 1, "described": 0}


def test_a_loop_keeps_what_was_sent_of_an_item(wire: Any, http: Any, state_for: Any) -> None:
    blocked = http({"error": {"message": "gone", "code": 551, "error_subcode": 1545041}}, status=400)
    server = wire(said(http, 1), blocked)
    after = try_each([WORDS], send_text(ANA, state.data, split=True))(state_for(server.url))
    assert after["failed"][0]["sent"] == "partly"
    assert after["failed"][0]["error"]["parts_sent"] == ["m_1"]


def test_a_dry_run_shows_every_part(state_for: Any) -> None:
    shown: list[Any] = []
    with Run(dry_run=True, on_request=lambda request: shown.append(request.described())) as run:
        after = send_text(ANA, WORDS, split=True, typing=2)(state_for("http://localhost:1"))
    assert [("typing_on" if "sender_action" in one["body"] else "text") for one in shown] == ["typing_on", "text"] * 3
    assert after["data"]["message_ids"] == ["m_dry_run"] * 3
    assert run.outcomes["described"] == 3


# --- How a text is cut ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "most", "parts"),
    [
        ("short", 10, ["short"]),
        ("", 10, []),
        ("one two three", 7, ["one two", "three"]),
        ("First one. Second.", 11, ["First one.", "Second."]),
        ("Paragraph.\n\nOther one here", 20, ["Paragraph.", "Other one here"]),
        ('He said "No." Then left', 14, ['He said "No."', "Then left"]),
        ("これは一つ。これは二つ。", 7, ["これは一つ。", "これは二つ。"]),
        ("ክብደት።ሌላ ነገር", 6, ["ክብደት።", "ሌላ ነገር"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("x" * 10 + " tail", 10, ["x" * 10, "tail"]),
        ("3.5 mg twice a day", 12, ["3.5 mg twice", "a day"]),
    ],
)
def test_a_text_is_cut_where_people_would(text: str, most: int, parts: list[str]) -> None:
    assert split_text(text, most) == parts


@pytest.mark.parametrize("sign", ["👩‍👩‍👧‍👦", "🇹🇿", "👍🏽", "é", "❤️"])
def test_no_sign_is_cut_in_two(sign: str) -> None:
    for part in split_text(sign * 40, 20):
        assert part.replace(sign, "") == ""


@given(st.text(max_size=400), st.integers(4, 60))
def test_nothing_is_lost_but_the_space_at_the_cuts(text: str, most: int) -> None:
    parts = split_text(text, most)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part and len(part) <= most and part == part.strip() for part in parts)


# --- Typing -----------------------------------------------------------------------------------------------------------


def test_typing_is_shown_for_a_while_before_the_message(
    wire: Any, http: Any, bodies: Any, state_for: Any, run: Run, waits: list[float]
) -> None:
    server = wire(http({"recipient_id": ANA}), said(http))
    after = send_text(ANA, "Hello", typing=1.5, persona_id="77")(state_for(server.url))
    typing, message = bodies(server)
    assert typing == {"recipient": {"id": ANA}, "sender_action": "typing_on", "persona_id": "77"}
    assert message["message"] == {"text": "Hello"}
    assert waits == [1.5]
    assert after["data"] == {"recipient_id": ANA, "message_id": "m_1"}
    # Typing is no message.
    assert run.outcomes["sent"] == 1


def test_a_message_goes_out_though_its_typing_got_lost(
    wire: Any, http: Any, moves: Any, state_for: Any, run: Run
) -> None:
    server = wire(moves.close, said(http))
    after = send_text(ANA, "Hello", typing=1)(state_for(server.url))
    assert after["data"]["message_id"] == "m_1"
    assert run.outcomes == {"sent": 1, "failed": 0, "unknown": 0, "described": 0}


def test_typing_that_meta_refuses_ends_it_before_the_message(wire: Any, http: Any, state_for: Any) -> None:
    server = wire(http({"error": {"message": "no", "code": 10}}, status=400))
    with pytest.raises(PermissionMissing) as raised:
        send_text(ANA, "Hello", typing=1)(state_for(server.url))
    assert raised.value.sent == "no"
    assert server.seen(1) == 1


@pytest.mark.parametrize("typing", [0, -1, 20.5, True, "2", state.data.seconds])
def test_typing_is_a_number_of_seconds_up_to_20(typing: Any) -> None:
    with pytest.raises((InvalidMessage, WrongCall), match="typing"):
        send_text(ANA, "hi", typing=typing)
