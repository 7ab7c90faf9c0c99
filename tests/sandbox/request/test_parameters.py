import json

import pytest
from hypothesis import given, strategies as st

from adaptor.sandbox.request.parameters import read_object
from tests.growth import grows_with_its_input

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


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text())))
def test_any_object_sent_as_text_is_read_as_it_was(value):
    assert read_object(json.dumps(value)) == value


@given(st.text().map(lambda text: "{" + text))
def test_text_that_only_looks_like_an_object_harms_nothing(text):
    read_object(text)


@pytest.mark.parametrize(("begin", "part"), [("{'", "\\'"), ('{"', '\\"'), ("", '{\\"'), ("", "{a:'"), ("", "[")])
def test_the_time_for_quotes_that_do_not_end_grows_with_the_text(begin, part):
    text = begin + part * 20_000
    assert read_object(text) == text
    assert grows_with_its_input(lambda size: read_object(begin + part * size), 2_000)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_a_number_that_cannot_be_written_again_is_refused(caller, code, number):
    body = f'{{"recipient": {{"id": "{ANA}"}}, "message": {{"text": "a"}}, "x": {number}}}'
    assert code(caller.request("POST", "/me/messages", data=body)) == (100, None)


def test_json_has_a_hundred_levels_at_most(caller, code):
    for levels, expected in ((50, ("ok",)), (200, (100, None)), (900, (100, None))):
        body = f'{{"recipient":{{"id":"{ANA}"}},"message":{{"text":"a"}},"x":{"[" * levels}{"]" * levels}}}'
        assert code(caller.request("POST", "/me/messages", data=body)) == expected


def test_a_request_has_a_thousand_parameters_at_most(caller, code):
    assert code(caller.request("POST", "/me/messages", data="&".join(["a=b"] * 1001))) == (100, None)


@pytest.mark.parametrize("body", ["{", "[]", '"x"', '{"a":}', "[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused_in_plain_words(caller, code, body):
    response = caller.request("POST", "/me/messages", data=body, headers={"Content-Type": "application/json"})
    assert code(response) == (100, None)
    assert "JSON" in response.json()["error"]["message"]
