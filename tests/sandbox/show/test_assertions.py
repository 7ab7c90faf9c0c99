import re

import pytest

ANA = "6543210987654321"


@pytest.fixture
def sent(caller):
    """A sandbox that has sent this and that."""
    replies = [{"content_type": "text", "title": title, "payload": "P"} for title in ("Yes", "No")]
    caller.send({"text": "Hello Ana", "metadata": "m"}, messaging_type="RESPONSE", persona_id="7")
    caller.send({"text": "Hello Ana", "quick_replies": replies})
    caller.template({"template_type": "button", "text": "Well?", "buttons": [{"type": "account_unlink"}]}, psid="2")
    caller.sandbox.add_person("3", blocked=True)
    caller.send({"text": "hi"}, psid="3")
    return caller.sandbox


@pytest.mark.parametrize(
    ("psid", "wanted"),
    [
        (ANA, {"text": "Hello Ana"}),
        (int(ANA), {"text": re.compile("Ana$")}),
        (ANA, {"times": 2}),
        (None, {"times": 3}),
        (ANA, {"messaging_type": "RESPONSE", "persona_id": "7", "times": 1}),
        (ANA, {"metadata": "m"}),
        (ANA, {"quick_reply_titles": ["Yes", "No"]}),
        ("2", {"template_type": "button"}),
        ("2", {"attachment_type": "template"}),
        ("2", {"text": re.compile(r"\[Log Out\]")}),
    ],
)
def test_what_was_sent_is_found(sent, psid, wanted):
    found = sent.assert_sent(psid, **wanted)
    assert len(found) == wanted.get("times", len(found))


def test_a_failure_shows_what_was_sent_instead(sent):
    with pytest.raises(AssertionError) as caught:
        sent.assert_sent(ANA, text="Hello Bo")
    assert str(caught.value) == (
        f"no message to {ANA} with text='Hello Bo'\nsent to {ANA}:\n  {ANA}: Hello Ana\n  {ANA}: Hello Ana | [Yes] [No]"
    )


def test_a_failure_shows_what_was_refused(sent):
    with pytest.raises(AssertionError) as caught:
        sent.assert_sent("3", text="hi")
    assert str(caught.value).startswith("no message to 3 with text='hi'\nnothing was sent to 3; sent:\n")
    assert "refused 551/1545041: (#551) This person isn't available right now." in str(caught.value)


def test_a_failure_counts(sent):
    with pytest.raises(AssertionError, match="2 messages to 6543210987654321 with text='Hello Ana', expected 1"):
        sent.assert_sent(ANA, text="Hello Ana", times=1)


def test_a_long_list_is_cut(caller):
    for number in range(25):
        caller.send({"text": str(number)})
    with pytest.raises(AssertionError, match="… and 5 more"):
        caller.sandbox.assert_sent(text="x")


def test_nothing_was_sent(sent):
    sent.assert_nothing_sent("3")
    with pytest.raises(AssertionError, match="3 messages, expected 0"):
        sent.assert_nothing_sent()


def test_a_template_is_found_by_what_stands_above_its_buttons(visit):
    buttons = [{"type": "POSTBACK", "text": "Confirm"}]
    caller = visit(templates=[{"name": "t", "language": "en", "body": "Hello {{1}}!", "buttons": buttons}])
    body = {"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}
    caller.send({"template": {"name": "t", "language": {"code": "en"}, "components": [body]}})
    caller.sandbox.assert_sent(ANA, text="Hello Ana!")
