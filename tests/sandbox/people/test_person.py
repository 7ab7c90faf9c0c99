import pytest

from adaptor.sandbox import SandboxError

from .conftest import ANA

URL = "https://example.com/a.png"


def test_somebody_is_looked_at(caller, ana):
    caller.send({"text": "one"})
    caller.send({"text": "two"})
    assert [message.text for message in ana.received] == ["one", "two"]
    assert ana.last.text == "two"
    assert (ana.id, ana.name) == (ANA, "Person 4321")
    assert ana.window_left.total_seconds() == 24 * 3600 - 60


def test_somebody_who_got_nothing_has_no_last_message(ana):
    with pytest.raises(SandboxError, match="no message yet"):
        ana.last


def test_a_command_is_recognised(caller, ana):
    commands = [{"locale": "default", "commands": [{"name": "book", "description": "d"}]}]
    caller.request("POST", "/me/messenger_profile", json={"commands": commands})
    mid = ana.says("/book now")
    assert caller.sandbox._page.by_id[mid].payload == {"commands": [{"name": "book"}]}


@pytest.mark.parametrize(
    ("act", "opens"),
    [
        (lambda ana: ana.says("hi"), True),
        (lambda ana: ana.sends_photo(), True),
        (lambda ana: ana.sends_sticker(), True),
        (lambda ana: ana.sends_location(1.5, 2.5), True),
        (lambda ana: ana.reacts("❤"), True),
        (lambda ana: ana.unreacts(), False),
        (lambda ana: ana.reads(), False),
        (lambda ana: ana.opts_in("r"), False),
        (lambda ana: ana.reports(), False),
    ],
)
def test_some_of_what_people_do_opens_the_window(caller, ana, code, act, opens):
    caller.send({"text": "hi"})
    caller.sandbox.advance(hours=48)
    act(ana)
    assert code(caller.send({"text": "hi"})) == (("ok",) if opens else (10, 2018278))


def test_somebody_who_blocks_the_page_is_unavailable_and_silent(caller, ana, code):
    ana.blocks()
    assert code(caller.send({"text": "hi"})) == (551, 1545041)
    with pytest.raises(SandboxError, match="has blocked the Page"):
        ana.says("hi")
    ana.unblocks()
    assert code(caller.send({"text": "hi"})) == ("ok",)


def test_what_people_do_stands_in_the_transcript(caller, ana):
    caller.send({"text": "hi"})
    ana.reacts("❤")
    ana.sends_photo(URL)
    ana.says("helo")
    ana.edits("hello")
    ana.blocks()
    text = caller.sandbox.transcript()
    for line in (
        "  < (reacted ❤)",
        f"  < (image) {URL}",
        "  < helo",
        "  < (changed it to: hello)",
        "  < (blocked the Page)",
    ):
        assert line in text.splitlines()


def test_a_comment_is_answered_once_in_private_within_seven_days(caller, ana, code):
    def reply(comment):
        return caller.post({"recipient": {"comment_id": comment}, "message": {"text": "hi"}})

    first, second = ana.comments("how much?"), ana.comments("and this?")
    assert reply(first).json()["recipient_id"] == ANA
    assert code(reply(first)) == (10900, None)
    caller.sandbox.advance(days=7)
    assert code(reply(second)) == ("ok",)
    third = ana.comments("late")
    caller.sandbox.advance(days=7, seconds=1)
    assert code(reply(third)) == (10, 2018278)
    assert [message.text for message in ana.received] == ["hi", "hi"]


def test_a_message_that_was_taken_back_cannot_be_read(caller, ana, code):
    mid = ana.says("oops")
    assert code(caller.get(f"/{mid}")) == ("ok",)
    ana.deletes()
    assert code(caller.get(f"/{mid}")) == (9000001, None)


def test_reactions_are_seen_on_the_message(caller, ana):
    mid = caller.send({"text": "hi"}).json()["message_id"]
    ana.reacts("😮")
    reactions = caller.get(f"/{mid}", params={"fields": "reactions"}).json()["reactions"]["data"]
    assert reactions == [{"reaction": "😮", "users": [{"id": ANA}]}]
    ana.unreacts()
    assert "reactions" not in caller.get(f"/{mid}", params={"fields": "reactions"}).json()


def test_a_private_profile_is_an_empty_object(visit):
    caller = visit(people=[{"id": ANA, "first_name": "Ana", "private": True}])
    assert caller.get(f"/{ANA}", params={"fields": "first_name"}).json() == {}


def test_only_those_who_asked_for_feedback_get_some(ana):
    with pytest.raises(SandboxError, match="not asked for feedback"):
        ana.gives_feedback(5)
    with pytest.raises(SandboxError, match="no such message"):
        ana.edits("x")
