import pytest

URL = "https://example.com/a.png"


def reply(**changes):
    values = {"content_type": "text", "title": "Yes", "payload": "Y", **changes}
    return {key: value for key, value in values.items() if value is not None}


def media(kind="image", **payload):
    return {"attachment": {"type": kind, "payload": payload}}


def images(count):
    return {"attachments": [{"type": "image", "payload": {"url": URL}}] * count}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"text": "x" * 2000}, ("ok",)),
        ({"text": "x" * 2001}, (100, None)),
        ({"text": "😊" * 2000}, ("ok",)),
        ({"text": ""}, (100, 2018034)),
        ({"text": " \n"}, (100, 2018034)),
        ({}, (100, 2018034)),
        ({"text": None}, (100, 2018034)),
        ({"text": 5}, (100, None)),
        ("hi", (100, None)),
        ({"text": "hi", **media(url=URL)}, (100, None)),
        ({"text": "hi", "sticker_id": 1}, (100, None)),
        ({"text": "hi", "metadata": "m" * 1000}, ("ok",)),
        ({"text": "hi", "metadata": "m" * 1001}, (100, None)),
        ({"text": "hi", "reply_to": {"mid": "m"}}, (100, None)),
        ({"sticker_id": 369239263222822}, ("ok",)),
        ({"sticker_id": "369239263222822"}, ("ok",)),
        ({"sticker_id": "thumb"}, (100, None)),
        (media(url=URL), ("ok",)),
        (media("audio", url=URL), ("ok",)),
        (media("video", url=URL, is_reusable=True), ("ok",)),
        (media("file", attachment_id="1234567890123456"), ("ok",)),
        (media("file", attachment_id=1234567890123456), ("ok",)),
        (media("file", attachment_id="abc"), (100, 2018074)),
        (media("gif", url=URL), (100, None)),
        (media(), (100, None)),
        (media(url="example.com/a.png"), (100, None)),
        (media(url="http://[::1"), (100, None)),
        (media(url=URL, attachment_id="1"), (100, None)),
        ({"attachment": {"type": "image"}}, (100, None)),
        ({"attachment": {"payload": {"url": URL}}}, (100, None)),
        ({"attachment": [1]}, (100, None)),
        (images(30), ("ok",)),
        (images(31), (100, None)),
        ({"attachments": [{"type": "video", "payload": {"url": URL}}]}, (100, None)),
        ({"attachments": "x"}, (100, None)),
        ({"text": "hi", "quick_replies": [reply()] * 13}, ("ok",)),
        ({"text": "hi", "quick_replies": [reply()] * 14}, (100, None)),
        ({"text": "hi", "quick_replies": []}, (194, None)),
        ({**media(url=URL), "quick_replies": [reply()]}, ("ok",)),
        ({"quick_replies": [reply()]}, (100, 2018034)),
    ],
)
def test_a_message_keeps_to_the_limits(caller, code, message, expected):
    assert code(caller.send(message)) == expected


@pytest.mark.parametrize(
    ("quick_reply", "expected"),
    [
        (reply(title="x" * 20), ("ok",)),
        (reply(title="x" * 21), (100, None)),
        (reply(title=None), (100, 2018098)),
        (reply(title="", image_url=URL), ("ok",)),
        (reply(title="", image_url=URL, payload=""), ("ok",)),
        (reply(payload="x" * 1000), ("ok",)),
        (reply(payload="x" * 1001), (100, None)),
        (reply(payload=7), ("ok",)),
        (reply(payload={}), (100, None)),
        (reply(payload=None), (100, 2018099)),
        (reply(payload=""), (100, 2018099)),
        (reply(image_url="a.png"), (100, None)),
        (reply(content_type=None), (100, None)),
        (reply(content_type="location"), (100, None)),
        ({"content_type": "user_phone_number"}, ("ok",)),
        ({"content_type": "user_email"}, ("ok",)),
        ("Yes", (100, None)),
    ],
)
def test_a_quick_reply_keeps_to_the_limits(caller, code, quick_reply, expected):
    assert code(caller.send({"text": "hi", "quick_replies": [quick_reply]})) == expected


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({}, "(#100) Message cannot be empty, must provide valid attachment or text"),
        ({"text": "x" * 2001}, "(#100) Length of param message[text] must be less than or equal to 2000"),
        ({"text": "hi", "reply_to": 1}, '(#100) Invalid keys "reply_to" were found in param "message".'),
        ({"attachment": {"payload": {}}}, "(#100) The parameter message[attachment][type] is required"),
        ({"text": "hi", "quick_replies": []}, "(#194) param message[quick_replies] has too few elements."),
        (
            {"text": "hi", "quick_replies": [{"title": "T"}]},
            "(#100) The parameter message[quick_replies][0][content_type] is required",
        ),
    ],
)
def test_a_bad_message_is_refused_in_the_words_of_meta(caller, message, words):
    assert caller.send(message).json()["error"]["message"] == words


@pytest.mark.parametrize("flag", [True, "true"])
def test_a_reusable_attachment_gets_an_id_that_lives_for_90_days(caller, code, flag):
    attachment = caller.send(media(url=URL, is_reusable=flag)).json()["attachment_id"]
    assert attachment.isdigit()
    caller.sandbox.advance(days=90)
    caller.sandbox.person_writes("6543210987654321", "still here")
    assert code(caller.send(media(attachment_id=attachment))) == ("ok",)
    caller.sandbox.advance(seconds=1)
    assert code(caller.send(media(attachment_id=attachment))) == (100, 2018074)


def test_an_attachment_that_is_not_reusable_gets_no_id(caller):
    assert "attachment_id" not in caller.send(media(url=URL, is_reusable=False)).json()
