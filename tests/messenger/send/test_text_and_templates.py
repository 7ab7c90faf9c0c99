from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from adaptor import (
    DeliveryUnknown,
    InvalidMessage,
    MissingReference,
    WrongCall,
    each,
    element,
    generic_template,
    mark_seen,
    post_message,
    quick_reply,
    react,
    send_image,
    send_message,
    send_template,
    send_text,
    send_utility,
    state,
    typing_off,
    typing_on,
    unreact,
)
from adaptor.core.run.context import Run

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

ANA = "6543210987654321"
PICTURE = "https://example.org/a.png"
TEMPLATE = {"template_type": "of tomorrow", "rows": []}

#: Every operation that sends, built as simply as it can be.
EVERYTHING = {
    "send_text": lambda whom: send_text(whom, "hi"),
    "send_image": lambda whom: send_image(whom, PICTURE),
    "send_template": lambda whom: send_template(whom, TEMPLATE),
    "send_message": lambda whom: send_message(whom, {"text": "hi"}),
    "send_utility": lambda whom: send_utility(whom, "reminder"),
    "post_message": lambda whom: post_message({"recipient": {"id": whom}, "message": {"text": "hi"}}),
    "typing_on": typing_on,
    "typing_off": typing_off,
    "mark_seen": mark_seen,
    "react": lambda whom: react(whom, "m_1", "😊"),
    "unreact": lambda whom: unreact(whom, "m_1"),
}
ALL = pytest.mark.parametrize("name", EVERYTHING)
ACTIONS = ("typing_on", "typing_off", "mark_seen", "react", "unreact")


@ALL
def test_describing_sends_nothing(httpserver: HTTPServer, state_for: Any, name: str) -> None:
    operation = EVERYTHING[name](state.data.psid)
    request = operation.describe(state_for(httpserver.url_for(""), data={"psid": ANA}, page_id="1020"))
    assert (request.method, request.path, request.params) == ("POST", "1020/messages", {})
    assert request.body["recipient"] == {"id": ANA}
    assert json.loads(json.dumps(request.body)) == request.body
    assert httpserver.log == []


@ALL
def test_what_is_described_is_what_is_sent(sent: Any, name: str) -> None:
    operation = EVERYTHING[name](state.data.psid)
    assert sent(operation, {"psid": ANA}) == operation.describe({"data": {"psid": ANA}}).body


@ALL
def test_a_dry_run_sends_nothing_and_answers_as_meta_would(httpserver: HTTPServer, state_for: Any, name: str) -> None:
    described: list[Any] = []
    with Run(dry_run=True, on_request=described.append):
        after = EVERYTHING[name](state.data.psid)(state_for(httpserver.url_for(""), data={"psid": ANA}))
    assert len(described) == 1
    assert after["data"]["recipient_id"] == ANA
    assert ("message_id" in after["data"]) is (name not in ACTIONS)
    assert httpserver.log == []


@ALL
def test_an_operation_is_a_value(name: str) -> None:
    operation = EVERYTHING[name](ANA)
    assert operation.name == name
    assert operation == EVERYTHING[name](ANA)
    assert operation != EVERYTHING[name]("1")
    assert pickle.loads(pickle.dumps(operation)) == operation
    assert eval(repr(operation)) == operation


@ALL
def test_an_operation_leaves_its_state_and_its_arguments_alone(sent: Any, state_for: Any, name: str) -> None:
    before = json.dumps(EVERYTHING[name](ANA).describe({}).body)
    operation = EVERYTHING[name](ANA)
    sent(operation)
    sent(operation)
    assert json.dumps(operation.describe({}).body) == before


@ALL
def test_a_missing_person_is_an_error_before_the_wire(httpserver: HTTPServer, state_for: Any, name: str) -> None:
    with pytest.raises(MissingReference, match="psid"):
        EVERYTHING[name](state.data.psid)(state_for(httpserver.url_for(""), data={"name": "Ana"}))
    assert httpserver.log == []


def test_all_options_of_a_send_stand_where_meta_wants_them(sent: Any) -> None:
    options = {
        "messaging_type": "MESSAGE_TAG",
        "tag": "HUMAN_AGENT",
        "notification_type": "SILENT_PUSH",
        "reply_to": "m_0",
        "persona_id": "77",
        "metadata": "row 5",
    }
    replies = [{"content_type": "user_email"}]
    around = {
        "recipient": {"id": ANA},
        "messaging_type": "MESSAGE_TAG",
        "tag": "HUMAN_AGENT",
        "notification_type": "SILENT_PUSH",
        "reply_to": {"mid": "m_0"},
        "persona_id": "77",
    }
    inside = {"quick_replies": replies, "metadata": "row 5"}
    assert sent(send_text(ANA, "hi", quick_replies=replies, **options)) == {
        **around,
        "message": {"text": "hi", **inside},
    }
    assert sent(send_image(ANA, PICTURE, is_reusable=True, quick_replies=replies, **options)) == {
        **around,
        "message": {"attachment": {"type": "image", "payload": {"url": PICTURE, "is_reusable": True}}, **inside},
    }
    assert sent(send_template(ANA, TEMPLATE, quick_replies=replies, **options)) == {
        **around,
        "message": {"attachment": {"type": "template", "payload": TEMPLATE}, **inside},
    }
    del options["metadata"]
    assert sent(send_message(ANA, {"text": "hi"}, **options)) == {**around, "message": {"text": "hi"}}


def test_a_plain_send_says_that_it_is_a_response_and_nothing_else(sent: Any) -> None:
    plain = {"recipient": {"id": ANA}, "messaging_type": "RESPONSE"}
    assert sent(send_text(ANA, "hi")) == {**plain, "message": {"text": "hi"}}
    assert sent(send_text(ANA, "hi", messaging_type=None)) == {"recipient": {"id": ANA}, "message": {"text": "hi"}}
    assert sent(send_message(ANA, {"sticker_id": 1})) == {**plain, "message": {"sticker_id": 1}}


@pytest.mark.parametrize(
    ("image", "payload"),
    [
        (PICTURE, {"url": PICTURE}),
        ("HTTP://EXAMPLE.ORG/A.PNG", {"url": "HTTP://EXAMPLE.ORG/A.PNG"}),
        ("1900200300400506", {"attachment_id": "1900200300400506"}),
        (1900200300400506, {"attachment_id": "1900200300400506"}),
    ],
)
def test_a_picture_is_an_address_or_an_attachment_id(sent: Any, image: Any, payload: dict[str, Any]) -> None:
    expected = {"attachment": {"type": "image", "payload": payload}}
    assert sent(send_image(ANA, image))["message"] == expected
    assert sent(send_image(ANA, state.data.image), {"image": image})["message"] == expected


@pytest.mark.parametrize("image", ["", " ", "a.png", "/a.png", "ftp://example.org/a.png", None, True, ["x"], 1.5])
def test_a_picture_that_is_neither_is_refused(httpserver: HTTPServer, state_for: Any, image: Any) -> None:
    with pytest.raises(InvalidMessage, match="attachment"):
        send_image(ANA, image)
    with pytest.raises(InvalidMessage, match="attachment"):
        send_image(ANA, state.data.image)(state_for(httpserver.url_for(""), data={"image": image}))
    assert httpserver.log == []


def test_actions_stand_alone(sent: Any) -> None:
    whom = {"recipient": {"id": ANA}}
    assert sent(typing_on(ANA)) == {**whom, "sender_action": "typing_on"}
    assert sent(typing_on(ANA, persona_id="77")) == {**whom, "sender_action": "typing_on", "persona_id": "77"}
    assert sent(typing_off(ANA, persona_id="77")) == {**whom, "sender_action": "typing_off", "persona_id": "77"}
    assert sent(mark_seen(ANA)) == {**whom, "sender_action": "mark_seen"}
    assert sent(react(ANA, "m_1", "😊")) == {
        **whom,
        "sender_action": "react",
        "payload": {"message_id": "m_1", "reaction": "😊"},
    }
    assert sent(unreact(ANA, "m_1")) == {**whom, "sender_action": "unreact", "payload": {"message_id": "m_1"}}


WHOM = {"recipient": {"id": ANA}}
TYPING = {**WHOM, "sender_action": "TYPING_ON"}


@pytest.mark.parametrize(
    ("operation", "data"),
    [
        (post_message(TYPING), None),
        (post_message({"recipient": {"id": state.data.psid}, "sender_action": "typing_on"}), {"psid": ANA}),
        (post_message({**WHOM, "sender_action": state.data.action}), {"action": "mark_seen"}),
        (post_message(state.data), TYPING),
        (post_message(lambda s: s["data"]), TYPING),
        (typing_on(state.data.psid), {"psid": ANA}),
    ],
)
def test_the_answer_to_an_action_needs_no_message_id(
    httpserver: HTTPServer, state_for: Any, operation: Any, data: Any
) -> None:
    httpserver.expect_request("/v26.0/me/messages").respond_with_json({"recipient_id": ANA})
    assert operation(state_for(httpserver.url_for(""), data=data))["data"] == {"recipient_id": ANA}


@pytest.mark.parametrize(
    "operation",
    [
        typing_on(ANA),
        mark_seen({"id": ANA}),
        post_message(TYPING),
        post_message(lambda s: TYPING),
        post_message({**WHOM, "message": {"text": "hi"}, "sender_action": None}),
        post_message(lambda s: {**WHOM, "message": {"text": "hi"}}),
        send_text(ANA, "hi"),
    ],
)
def test_an_answer_that_says_nothing_is_not_trusted(httpserver: HTTPServer, state_for: Any, operation: Any) -> None:
    httpserver.expect_request("/v26.0/me/messages").respond_with_json({"result": "success"})
    with pytest.raises(DeliveryUnknown):
        operation(state_for(httpserver.url_for("")))


#: Every way in which Meta lets somebody be named, and what its answer says of whom it reached.
RECIPIENTS = [
    (ANA, {"id": ANA}, ANA),
    ({"id": ANA}, {"id": ANA}, ANA),
    # Other clients write the id as a number, and are answered with one.
    ({"id": 6543210987654321}, {"id": 6543210987654321}, 6543210987654321),
    ({"user_ref": "checkbox-17"}, {"user_ref": "checkbox-17"}, None),
    ({"post_id": "102_77"}, {"post_id": "102_77"}, ANA),
    ({"comment_id": "102_78"}, {"comment_id": "102_78"}, ANA),
    (
        {"phone_number": "+254700000001", "name": {"first_name": "Ana", "last_name": "Lima"}},
        {"phone_number": "+254700000001", "name": {"first_name": "Ana", "last_name": "Lima"}},
        None,
    ),
]


def test_a_recipient_goes_out_as_it_was_named_and_the_answer_is_the_data(meta: Any) -> None:
    for named, expected, answered in RECIPIENTS:
        answer = {"message_id": "m_1"} if answered is None else {"recipient_id": answered, "message_id": "m_1"}
        sent = meta(send_text(named, "hi"), answer)
        assert sent.body == {"recipient": expected, "messaging_type": "RESPONSE", "message": {"text": "hi"}}, named
        assert (sent.method, sent.path, sent.data) == ("POST", "me/messages", answer), named


@pytest.mark.parametrize("recipient", [{"user_ref": "ref"}, {"phone_number": "+1"}])
def test_who_was_not_named_by_id_is_not_named_in_the_answer(
    httpserver: HTTPServer, state_for: Any, recipient: dict[str, str]
) -> None:
    httpserver.expect_ordered_request("/v26.0/me/messages").respond_with_json({})
    httpserver.expect_ordered_request("/v26.0/me/messages").respond_with_json({})
    httpserver.expect_ordered_request("/v26.0/me/messages").respond_with_json({"message_id": "m_1"})
    base = state_for(httpserver.url_for(""))
    assert typing_on(recipient)(base)["data"] == {}
    assert post_message({"recipient": recipient, "sender_action": "typing_on"})(base)["data"] == {}
    assert send_text(recipient, "hi")(base)["data"] == {"message_id": "m_1"}


def test_each_person_gets_their_own(httpserver: HTTPServer, sent: Any) -> None:
    people = [{"psid": "1", "name": "Ana"}, {"psid": "2", "name": "Ben"}]
    sent(each(state.data.people, send_text(state.data.psid, f"Hello {state.data.name}")), {"people": people})
    bodies = [json.loads(request.data) for request, _ in httpserver.log]
    assert [(body["recipient"]["id"], body["message"]["text"]) for body in bodies] == [
        ("1", "Hello Ana"),
        ("2", "Hello Ben"),
    ]


def test_text_from_the_state_is_never_interpreted(sent: Any) -> None:
    text = "{state.data.psid} $.data %s {{1}} {0}"
    assert sent(send_text(ANA, state.data.text), {"text": text})["message"]["text"] == text


@pytest.mark.parametrize(
    "build",
    [
        lambda: send_text(ANA),
        lambda: send_text(ANA, "hi", []),
        lambda: send_text(ANA, "hi", quick_reply=[]),
        lambda: typing_on(),
        lambda: react(ANA, "m_1"),
        lambda: mark_seen(ANA, persona_id="77"),
        lambda: post_message(),
    ],
)
def test_a_wrong_call_fails_where_it_is_written(build: Any) -> None:
    with pytest.raises(WrongCall):
        build()


@pytest.mark.parametrize(
    "argument", ["tag", "notification_type", "reply_to", "persona_id", "metadata", "quick_replies"]
)
def test_an_optional_argument_that_is_none_in_this_state_is_left_out(sent, argument):
    operation = send_text(ANA, state.data.text, **{argument: lambda given: given["data"].get("nothing")})
    assert sent(operation, {"text": "hi"}) == {
        "recipient": {"id": ANA},
        "message": {"text": "hi"},
        "messaging_type": "RESPONSE",
    }


def test_post_message_drops_nothing_not_even_null(sent):
    around = {"recipient": {"id": ANA}, "message": {"text": "hi"}}
    for more in (
        {"messaging_type": "UPDATE", "persona_id": None},
        {"messaging_type": "RESPONSE", "thread_control": {"control_type": "pass", "app_id": "55"}},
    ):
        assert sent(post_message(state.data), {**around, **more}) == {**around, **more}


def test_an_attachment_that_has_an_id_cannot_be_made_reusable():
    with pytest.raises(InvalidMessage, match="goes with an address or a file only"):
        send_image(ANA, "1234567890", is_reusable=True)


def test_an_optional_part_of_a_template_that_is_none_in_this_state_is_left_out(sent: Any) -> None:
    card = element("Dr. Okafor", subtitle=state.data.subtitle, image_url=state.data.image)
    body = sent(
        send_template(ANA, generic_template([card]), quick_replies=[quick_reply("Yes", image_url=state.data.image)]),
        data={"subtitle": "Monday", "image": None},
    )
    assert body["message"]["attachment"]["payload"]["elements"] == [{"title": "Dr. Okafor", "subtitle": "Monday"}]
    assert body["message"]["quick_replies"] == [{"content_type": "text", "title": "Yes", "payload": "Yes"}]


def test_a_lazy_messaging_type_without_a_tag_is_judged_when_it_is_known(sent: Any) -> None:
    operation = send_text(ANA, "hi", messaging_type=state.data.type)
    assert sent(operation, data={"type": "UPDATE"})["messaging_type"] == "UPDATE"
    with pytest.raises(InvalidMessage, match="tag"):
        sent(operation, data={"type": "MESSAGE_TAG"})
