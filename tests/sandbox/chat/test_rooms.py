import time

import pytest

from adaptor.sandbox.state.records import Message

from .conftest import ANA, BJÖRK, CARLOS, DANA, ELI


def test_the_list_begins_with_whoever_wrote_or_was_written_to_last(visitor):
    visitor.send({"text": "hello"}, BJÖRK)
    found = visitor.get("people")
    assert [person["id"] for person in found["people"]] == [BJÖRK, ANA, CARLOS, DANA, ELI]
    assert found["people"][0]["last"] == "hello"
    assert found["people"][4]["blocked"] is True
    assert found["more"] is False


def test_people_are_found_by_name_and_id(visitor):
    assert [person["id"] for person in visitor.get("people", search="lima ana")["people"]] == [ANA]
    assert [person["id"] for person in visitor.get("people", search=CARLOS[-4:])["people"]] == [CARLOS]
    assert visitor.get("people", search="nobody")["people"] == []


def test_a_room_tells_the_window(visitor):
    room = visitor.get("room", thread=BJÖRK)
    assert 1.4 < (room["person"]["until"] - room["now"]) / 3_600_000 < 1.51
    assert "until" not in visitor.get("room", thread=DANA)["person"]


def test_a_room_is_given_in_pieces(visitor):
    for number in range(130):
        visitor.send({"text": str(number)})
    newest = visitor.get("room", thread=ANA)
    assert (newest["first"], newest["last"], newest["total"]) == (70, 130, 130)
    older = visitor.get("room", thread=ANA, before=newest["first"])
    assert [item["payload"]["text"] for item in older["items"]] == [str(number) for number in range(10, 70)]
    oldest = visitor.get("room", thread=ANA, before=older["first"])
    assert (oldest["first"], oldest["last"]) == (0, 10)
    behind = visitor.get("room", thread=ANA, after=127)
    assert [item["n"] for item in behind["items"]] == [128, 129]


def test_where_more_came_than_fits_the_newest_are_given(visitor):
    for number in range(100):
        visitor.send({"text": str(number)})
    assert visitor.get("room", thread=ANA, after=3)["first"] == 40


@pytest.mark.long
def test_a_hundred_thousand_messages_are_no_slower_than_a_hundred(visitor):
    page = visitor.sandbox._page

    def fill(count):
        at = visitor.sandbox.now()
        for number in range(count):
            page.record(ANA, Message(f"m_{number}", ANA, at, {"text": str(number)}, {"id": ANA}))

    def seconds():
        best = 9.0
        for _ in range(5):
            start = time.perf_counter()
            visitor.get("room", thread=ANA, before=90)
            best = min(best, time.perf_counter() - start)
        return best

    fill(100)
    few = seconds()
    fill(100_000)
    # What grows with the conversation would take a thousand times as long.
    assert seconds() < 100 * few


def test_refusals_that_named_nobody_have_a_place_of_their_own(visitor):
    visitor.call("messages", {"message": {"text": "for whom?"}})
    nobody = visitor.get("people")["people"][0]
    assert (nobody["id"], nobody["nobody"], nobody["refused"]) == ("", True, True)
    assert visitor.get("room", thread="")["items"][0]["code"] == 100


def test_the_profile_is_shown_to_those_who_have_not_written(visitor):
    visitor.call(
        "messenger_profile",
        {
            "get_started": {"payload": "GO"},
            "greeting": [{"locale": "default", "text": "Welcome"}],
            "persistent_menu": [
                {"locale": "default", "call_to_actions": [{"type": "postback", "title": "Help", "payload": "H"}]}
            ],
        },
    )
    room = visitor.get("room", thread=DANA)
    assert room["greeting"] == "Welcome"
    assert [each["title"] for each in room["get_started"]] == ["Get Started"]
    assert [each["title"] for each in room["menu"]] == ["Help"]
    visitor.act("says", DANA, text="hi")
    room = visitor.get("room", thread=DANA)
    assert "greeting" not in room
    assert room["get_started"] == []


def test_typing_is_told_until_it_is_over(visitor):
    visitor.call("messages", {"recipient": {"id": ANA}, "sender_action": "typing_on"})
    assert visitor.get("room", thread=ANA)["typing"] is True
    visitor.sandbox.advance(seconds=21)
    assert visitor.get("room", thread=ANA)["typing"] is False


def test_a_first_visit_is_greeted_by_name(visitor):
    texts = [{"locale": "default", "text": "{{user_first_name}}|{{user_last_name}}|{{user_full_name}}|{{other}}"}]
    visitor.call("messenger_profile", {"get_started": {"payload": "GO"}, "greeting": texts})
    assert visitor.get("room", thread=DANA)["greeting"] == "Dana||Dana|{{other}}"
    # Carlos wrote two days ago: his conversation has begun, though this sandbox holds none of it.
    room = visitor.get("room", thread=CARLOS)
    assert "greeting" not in room
    assert room["get_started"] == []


def test_a_refusal_holds_the_refused_message(visitor):
    message = {"text": "Too late"}
    visitor.call("messages", {"recipient": {"id": CARLOS}, "message": message})
    (item,) = visitor.get("room", thread=CARLOS)["items"]
    assert (item["kind"], item["code"], item["payload"]) == ("refusal", 10, message)
    visitor.call("messages", {"recipient": {"id": CARLOS}, "sender_action": "typing_on"})
    (last,) = [person for person in visitor.get("people")["people"] if person["id"] == CARLOS]
    assert last["refused"] is True


def test_a_refused_message_too_large_or_too_deep_to_show_is_not_kept(visitor):
    deep = {"text": 1}
    for _ in range(40):
        deep = {"a": [deep]}
    for message in (deep, {"text": "x" * 50_000}):
        visitor.call("messages", {"recipient": {"id": CARLOS}, "message": message})
    items = visitor.get("room", thread=CARLOS)["items"]
    assert ["payload" in item for item in items] == [False, False]


def test_a_coupon_stays_revealed(visitor):
    visitor.template({"template_type": "coupon", "title": "Ten", "coupon_code": "SPRING10"})
    assert "revealed" not in visitor.get("room", thread=ANA)["items"][0]
    visitor.act("coupon", code="SPRING10", payload="")
    assert visitor.get("room", thread=ANA)["items"][0]["revealed"] is True
