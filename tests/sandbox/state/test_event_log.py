import threading
from datetime import UTC, datetime

from adaptor.sandbox.state.event_log import EventLog

ANA = "6543210987654321"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_every_change_has_the_next_number(caller):
    events = caller.sandbox.events
    caller.send({"text": "hi"})
    caller.sandbox.person(ANA).says("hello")
    found = events.after(0)
    assert [event.number for event in found] == list(range(1, events.number + 1))
    kinds = [event.kind for event in found]
    assert kinds == ["person", "message", "read", "request", "person", "incoming"]
    assert {event.thread for event in found} == {ANA}
    assert events.after(events.number) == []


def test_one_waits_for_what_comes_next(caller):
    events = caller.sandbox.events
    known = events.number
    found = []
    waiting = threading.Thread(target=lambda: found.extend(events.after(known, timeout=60)))
    waiting.start()
    caller.sandbox.person(ANA).says("hello")
    waiting.join(10)
    assert found
    assert found[0].number == known + 1


def test_whoever_waits_is_sent_home_when_the_sandbox_stops(caller):
    events = caller.sandbox.events
    waiting = threading.Thread(target=lambda: events.after(events.number, timeout=60))
    waiting.start()
    caller.sandbox.stop()
    waiting.join(10)
    assert not waiting.is_alive()


def test_only_the_newest_are_kept_and_a_gap_shows():
    log = EventLog(kept=3)
    for _ in range(5):
        log.add("x", "", NOON)
    assert [event.number for event in log.after(1)] == [3, 4, 5]
    assert [event.number for event in log.after(4)] == [5]


def test_what_the_page_and_meta_change_is_told_too(caller):
    events = caller.sandbox.events
    number = events.number
    caller.request("POST", "/me/messenger_profile", json={"get_started": {"payload": "GO"}})
    caller.request("POST", "/me/personas", json={"name": "A", "profile_picture_url": "https://example.com/a.png"})
    caller.sandbox.expire_token()
    kinds = [event.kind for event in events.after(number)]
    assert kinds == ["profile", "request", "persona", "request", "token"]
