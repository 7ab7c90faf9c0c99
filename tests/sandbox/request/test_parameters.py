import json

import pytest
from hypothesis import given, settings, strategies as st

from adaptor.sandbox.request.parameters import read_object

ANA = "6543210987654321"
RECIPIENT = {"id": ANA}
MESSAGE = {"text": "a 'b' \"c\" & ö 😊", "quick_replies": [{"content_type": "text", "title": "T", "payload": "P"}]}


@pytest.mark.parametrize(
    "options",
    [
        {"json": {"recipient": RECIPIENT, "message": MESSAGE}},
        {"json": {"recipient": json.dumps(RECIPIENT), "message": json.dumps(MESSAGE)}},
        {"data": {"recipient": json.dumps(RECIPIENT), "message": json.dumps(MESSAGE)}},
        {"params": {"recipient": json.dumps(RECIPIENT), "message": json.dumps(MESSAGE)}},
        {"params": {"recipient": json.dumps(RECIPIENT)}, "json": {"message": MESSAGE}},
        {"files": {"recipient": (None, json.dumps(RECIPIENT)), "message": (None, json.dumps(MESSAGE))}},
        {"data": json.dumps({"recipient": RECIPIENT, "message": MESSAGE})},
    ],
    ids=["json", "json of strings", "form", "query", "both", "multipart", "no content type"],
)
def test_every_encoding_that_graph_takes_says_the_same(caller, options):
    assert caller.request("POST", "/v26.0/me/messages", **options).status_code == 200
    (message,) = caller.sandbox.messages
    assert message.payload == MESSAGE
    assert message.recipient == RECIPIENT


@pytest.mark.parametrize("recipient", ["{id:%s}", "{'id':'%s'}", "{ id : '%s' }", '{"id":%s}', "{'id': \"%s\"}"])
def test_objects_are_read_with_the_quotes_that_the_documentation_prints(caller, recipient):
    caller.request("POST", "/me/messages", data={"recipient": recipient % ANA, "message": "{'text':'it\\'s'}"})
    assert caller.sandbox.sent_to(ANA)[0].text == "it's"


@settings(deadline=None)
@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text())))
def test_any_object_sent_as_text_is_read_as_it_was(value):
    assert read_object(json.dumps(value)) == value


@settings(deadline=None)
@given(st.text().map(lambda text: "{" + text))
def test_text_that_only_looks_like_an_object_harms_nothing(text):
    read_object(text)


@pytest.mark.parametrize("body", ["{", "[]", '"x"', '{"a":}', "[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused_in_plain_words(caller, code, body):
    response = caller.request("POST", "/me/messages", data=body, headers={"Content-Type": "application/json"})
    assert code(response) == (100, None)
    assert "JSON" in response.json()["error"]["message"]
