"""Every operation against the sandbox, an independent reading of Meta's documentation: what we send, it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adaptor import (
    InvalidRequest,
    RecipientUnavailable,
    TokenInvalid,
    WindowClosed,
    button_template,
    each,
    element,
    generic_template,
    mark_seen,
    post_message,
    postback_button,
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
    url_button,
)

if TYPE_CHECKING:
    from adaptor.sandbox import Sandbox

ANA = "6543210987654321"
PICTURE = "https://example.org/a.png"
BUTTONS = [postback_button("Yes", "Y"), url_button("Map", "https://example.org"), postback_button("No")]
DOCTOR = element(
    "Dr. Okafor",
    subtitle="At 9",
    image_url=PICTURE,
    default_action={"type": "web_url", "url": "https://example.org"},
    buttons=BUTTONS,
)
REPLIES = [quick_reply("Yes", "Y", image_url=PICTURE), quick_reply("No")]


@pytest.mark.parametrize(
    "operation",
    [
        send_text(ANA, "hi"),
        send_text(int(ANA), "x" * 2000, quick_replies=REPLIES, metadata="m" * 1000),
        send_text(ANA, "hi", quick_replies=[quick_reply("x" * 20, "p" * 1000)] * 13),
        send_text(ANA, "hi", messaging_type="UPDATE", notification_type="NO_PUSH", reply_to="m_0", persona_id="77"),
        send_text(ANA, "hi", messaging_type=None),
        send_image(ANA, PICTURE, is_reusable=True, quick_replies=REPLIES),
        send_image(ANA, "1900200300400506"),
        send_template(ANA, button_template("x" * 640, BUTTONS)),
        send_template(ANA, button_template("Well?", BUTTONS[:1]), quick_replies=REPLIES),
        send_template(ANA, generic_template([DOCTOR] * 10, sharable=True)),
        send_template(ANA, generic_template([element("x" * 80, subtitle="x" * 80)])),
        send_message(ANA, {"sticker_id": 767226160478561}),
        send_message(ANA, {"attachments": [{"type": "image", "payload": {"url": PICTURE}}] * 30}),
        send_message(ANA, {"attachment": {"type": "file", "payload": {"url": "https://example.org/a.pdf"}}}),
        send_utility(ANA, "reminder", ["Ana", "Monday"]),
        send_utility(
            ANA,
            "order",
            {"status": "ready", "name": "Ana"},
            language="de",
            header={"number": 7},
            buttons=[{"type": "POSTBACK", "payload": "T"}, {"type": "URL", "url": "https://example.org"}],
        ),
        post_message({"recipient": {"id": ANA}, "message": {"text": "hi"}}),
        post_message({"recipient": {"id": int(ANA)}, "message": {"text": "hi"}, "messaging_type": "RESPONSE"}),
    ],
    ids=lambda operation: operation.name,
)  # fmt: skip
def test_a_message_of_ours_is_taken(sandbox: Sandbox, visit: Any, operation: Any) -> None:
    after = visit(operation)
    assert sandbox.refusals == []
    (message,) = sandbox.messages
    body = operation.describe({}).body
    assert message.psid == ANA
    assert message.id == after["data"]["message_id"]
    assert after["data"]["recipient_id"] == ANA
    assert message.payload == body["message"]
    assert message.recipient == body["recipient"]
    assert message.messaging_type == body.get("messaging_type")
    assert message.tag == body.get("tag")
    around = {"recipient", "message", "messaging_type", "tag"}
    assert message.parameters == {key: value for key, value in body.items() if key not in around}


def test_a_reusable_picture_is_sent_again_by_its_id(sandbox: Sandbox, visit: Any) -> None:
    after = visit(send_image(ANA, PICTURE, is_reusable=True))
    visit(send_image(ANA, state.data.attachment_id), after["data"])
    assert [message.payload["attachment"]["payload"] for message in sandbox.messages] == [
        {"url": PICTURE, "is_reusable": True},
        {"attachment_id": after["data"]["attachment_id"]},
    ]


def test_the_person_reads_the_utility_template_filled_in(sandbox: Sandbox, visit: Any) -> None:
    visit(
        send_utility(ANA, "reminder", [state.data.name, f"{state.data.day:%A}"]), {"name": "Ana", "day": "2026-11-23"}
    )
    assert sandbox.messages[0].lines == ("Hello Ana, see you Monday.",)


@pytest.mark.parametrize(
    ("operation", "action", "payload"),
    [
        (typing_on(ANA), "typing_on", {}),
        (typing_on(ANA, persona_id="77"), "typing_on", {}),
        (typing_off(ANA, persona_id="77"), "typing_off", {}),
        (mark_seen(ANA), "mark_seen", {}),
        (react(ANA, "m_1", "😊"), "react", {"message_id": "m_1", "reaction": "😊"}),
        (unreact(ANA, "m_1"), "unreact", {"message_id": "m_1"}),
        (post_message({"recipient": {"id": ANA}, "sender_action": "TYPING_ON"}), "typing_on", {}),
        (post_message(lambda s: {"recipient": {"id": ANA}, "sender_action": "mark_seen"}), "mark_seen", {}),
    ],
)
def test_an_action_of_ours_is_taken(
    sandbox: Sandbox, visit: Any, operation: Any, action: str, payload: dict[str, str]
) -> None:
    assert visit(operation)["data"] == {"recipient_id": ANA}
    (taken,) = sandbox.actions
    assert (taken.psid, taken.action, taken.payload) == (ANA, action, payload)
    assert sandbox.messages == []


def test_somebody_behind_a_checkbox_is_written_to(sandbox: Sandbox, visit: Any) -> None:
    after = visit(send_text({"user_ref": "ref"}, "hi"))
    assert "recipient_id" not in after["data"]
    assert visit(typing_on({"user_ref": "ref"}))["data"] == {}
    assert sandbox.messages[0].recipient == {"user_ref": "ref"}
    assert sandbox.refusals == []


@pytest.mark.parametrize("form", ["post_id", "comment_id"])
def test_a_post_or_a_comment_is_answered_in_private_once(sandbox: Sandbox, visit: Any, form: str) -> None:
    assert visit(send_text({form: "1_2"}, "hi"))["data"]["recipient_id"]
    with pytest.raises(InvalidRequest) as refused:
        visit(send_text({form: "1_2"}, "hi again"))
    assert refused.value.sent == "no"
    assert len(sandbox.messages) == 1


def test_the_window_is_kept_and_a_utility_template_passes_it(sandbox: Sandbox, visit: Any) -> None:
    visit(send_text(ANA, "hi"))
    sandbox.advance(hours=25)
    with pytest.raises(WindowClosed) as closed:
        visit(send_text(ANA, "hi"))
    assert (closed.value.sent, closed.value.about) == ("no", "person")
    visit(send_text(ANA, "hi", messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT"))
    visit(send_utility(ANA, "reminder", ["Ana", "Monday"]))
    sandbox.person_writes(ANA, "Hello?")
    visit(send_text(ANA, "hi"))
    assert [message.messaging_type for message in sandbox.messages] == [
        "RESPONSE",
        "MESSAGE_TAG",
        "UTILITY",
        "RESPONSE",
    ]


def test_refusals_come_back_as_our_errors(sandbox: Sandbox, visit: Any, state_for: Any) -> None:
    sandbox.add_person("1", blocked=True)
    with pytest.raises(RecipientUnavailable):
        visit(send_text("1", "hi"))
    with pytest.raises(InvalidRequest):
        visit(send_utility(ANA, "unheard of"))
    with pytest.raises(TokenInvalid):
        send_text(ANA, "hi")(state_for(sandbox.url, access_token="SANDBOX-not-this-one"))
    assert sandbox.messages == []


def test_the_proof_is_accepted_and_a_wrong_one_is_not(state_for: Any) -> None:
    from adaptor.sandbox import Sandbox

    with Sandbox(app_secret="the secret of the app", require_proof=True) as strict:
        known = {"access_token": strict.access_token}
        send_text(ANA, "hi")(state_for(strict.url, **known, app_secret="the secret of the app"))
        for wrong in ({}, {"app_secret": "another"}):
            with pytest.raises(InvalidRequest, match="appsecret_proof") as refused:
                send_text(ANA, "hi")(state_for(strict.url, **known, **wrong))
            assert "app_secret" in refused.value.fix
            assert refused.value.about == "page"
        assert len(strict.messages) == 1


@pytest.mark.long
def test_a_list_of_people_is_written_to_in_order(sandbox: Sandbox, visit: Any) -> None:
    people = [{"psid": str(1000 + number), "name": f"Person {number}"} for number in range(20)]
    visit(each(state.data.people, send_text(state.data.psid, f"Hello {state.data.name}")), {"people": people})
    assert [(message.psid, message.text) for message in sandbox.messages] == [
        (person["psid"], f"Hello {person['name']}") for person in people
    ]
