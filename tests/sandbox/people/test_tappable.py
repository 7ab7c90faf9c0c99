import pytest

from adaptor.sandbox import SandboxError

from .conftest import ANA

URL = "https://example.com/a.png"


def test_a_tap_that_is_not_there_lists_what_is(caller, ana):
    replies = [{"content_type": "text", "title": title, "payload": "P"} for title in ("Yes", "No")]
    caller.send({"text": "Well?", "quick_replies": replies})
    with pytest.raises(SandboxError, match="'Maybe'; the person can tap 'Yes', 'No'"):
        ana.taps("Maybe")


def test_quick_replies_vanish_when_somebody_writes_and_buttons_stay(caller, ana):
    buttons = [{"type": "postback", "title": "Go", "payload": "GO"}]
    caller.template({"template_type": "button", "text": "Well?", "buttons": buttons})
    caller.send({"text": "Well?", "quick_replies": [{"content_type": "text", "title": "Yes", "payload": "Y"}]})
    ana.says("hm")
    with pytest.raises(SandboxError, match="can tap 'Go'"):
        ana.taps("Yes")
    assert ana.taps("Go").startswith("m_")


def test_a_quick_reply_for_an_address_gives_that_of_the_profile(caller, ana):
    caller.send({"text": "Your mail?", "quick_replies": [{"content_type": "user_email"}]})
    ana.taps(f"{ANA}@example.com")
    assert caller.sandbox.transcript().rstrip().endswith("0 refused.")


def test_a_button_that_opens_a_page_gives_its_address_and_opens_no_window(visit, ana):
    caller = visit(people=[{"id": ANA, "last_message_hours_ago": 20}])
    card = {"title": "T", "buttons": [{"type": "web_url", "title": "Map", "url": URL}]}
    caller.template({"template_type": "generic", "elements": [card]})
    before = caller.sandbox.person(ANA).window_left
    assert caller.sandbox.person(ANA).taps("Map") == URL
    assert caller.sandbox.person(ANA).window_left <= before


def test_a_button_of_a_utility_message_carries_the_payload_that_was_sent(visit):
    template = {
        "name": "t",
        "language": "en",
        "body": "Hello.",
        "buttons": [{"type": "POSTBACK", "text": "Confirm"}],
    }
    caller = visit(templates=[template])
    buttons = {"type": "buttons", "parameters": [{"type": "POSTBACK", "payload": "77"}]}
    sent = {"name": "t", "language": {"code": "en"}, "components": [buttons]}
    caller.send({"template": sent}, messaging_type="UTILITY")
    from adaptor.sandbox.people.tappable import find_tappable

    assert [(tap.title, tap.payload) for tap in find_tappable(caller.sandbox._page, ANA)] == [("Confirm", "77")]


def test_the_profile_offers_taps_to_those_who_have_never_written(visit):
    caller = visit(people=[{"id": ANA, "last_message_hours_ago": None}])
    ana = caller.sandbox.person(ANA)
    with pytest.raises(SandboxError, match="Get Started"):
        ana.starts()
    menu = [{"locale": "default", "call_to_actions": [{"type": "postback", "title": "Help", "payload": "H"}]}]
    profile = {"get_started": {"payload": "GO"}, "persistent_menu": menu}
    profile["ice_breakers"] = [{"question": "When are you open?", "payload": "HOURS"}]
    caller.request("POST", "/me/messenger_profile", json=profile)
    with pytest.raises(SandboxError, match="can tap 'Help', 'When are you open"):
        ana.taps("x")
    ana.taps("When are you open?")
    assert ana.window_left is not None
    with pytest.raises(SandboxError, match=r"can tap 'Help'$"):
        ana.taps("x")
