"""The operations of this package against the sandbox: two readings of Meta's documentation, unknown to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from werkzeug import Response

import adaptor as a
from adaptor.core.run.context import Run
from adaptor.graph.client import client_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from adaptor.sandbox import Sandbox

ANA = "6543210987654321"
URL = "https://example.org/a.png"
CALL = a.call_button("Call", "+15551234567")
IMAGES = [a.grid_image(URL, is_hero_image=True), a.grid_image(URL)]
BUTTONS = [a.postback_button("Go", "GO")]
QUESTION = a.feedback_question("q1", "csat", score_option="five_stars", follow_up="Tell us more")


@pytest.fixture
def house(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    return start_sandbox(app={"id": "7"}, default_app="7", apps=[{"id": "8", "name": "Desk"}], app_secret="s")


@pytest.fixture
def do(house: Sandbox) -> Callable[[Any], Any]:
    """Perform an operation against the sandbox, and give what it puts into `data`."""
    credential = {
        "base_url": house.url,
        "access_token": house.access_token,
        "app_id": house.app_id,
        "app_secret": house.app_secret,
        "verify_token": "v",
    }

    def perform(operation: Any) -> Any:
        return operation({"data": {}, "references": [], "configuration": credential})["data"]

    return perform


@pytest.mark.parametrize(
    "operation",
    [
        a.send_text(ANA, "hi", quick_replies=[a.quick_reply("Yes"), a.quick_reply_phone(), a.quick_reply_email()]),
        a.send_audio(ANA, "https://example.org/a.mp3"),
        a.send_video(ANA, "https://example.org/a.mp4", is_reusable=True),
        a.send_file(ANA, "https://example.org/a.pdf"),
        a.send_images(ANA, [URL, URL]),
        a.send_sticker(ANA, "767226160478561"),
        a.private_reply({"comment_id": "1_2"}, "Thank you"),
        a.send_template(ANA, a.button_template("Well?", [a.url_button("Map", URL), CALL])),
        a.send_template(ANA, a.button_template("Well?", [a.account_link_button(URL), a.account_unlink_button()])),
        a.send_template(ANA, a.button_template("Well?", [a.game_play_button("Play")])),
        a.send_template(ANA, a.generic_template([a.element("T", subtitle="S", default_action=URL, buttons=BUTTONS)])),
        a.send_template(ANA, a.media_template("image", attachment_id="1900200300400506", buttons=BUTTONS)),
        a.send_template(
            ANA,
            a.receipt_template(
                "Ana",
                "1",
                currency="EUR",
                payment_method="Visa",
                total_cost=5,
                elements=[a.receipt_element("Pills", 5, quantity=1)],
                adjustments=[{"name": "Gift", "amount": 1}],
            ),
        ),
        a.send_template(ANA, a.product_template(["1", "2"])),
        a.send_template(ANA, a.coupon_template("10% off", "TEN", coupon_url=URL, subtitle="Today")),
        a.send_template(ANA, a.customer_feedback_template("How was it?", QUESTION, privacy_url=URL, expires_in_days=3)),
        a.send_template(ANA, a.image_grid_template(IMAGES, title="T")),
        a.send_template(ANA, a.instant_form_template("77")),
        a.send_template(ANA, a.customer_information_template(privacy_url=URL, countries=["US"])),
    ],
    ids=lambda operation: str(operation)[:60],
)
def test_every_message_of_ours_is_taken(house, do, operation):
    assert do(operation)["message_id"] == house.messages[-1].id


def test_files_of_this_machine_are_uploaded_and_sent(house, do, tmp_path):
    picture = tmp_path / "plän.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(5000))
    uploaded = do(a.upload_attachment("image", picture))["attachment_id"]
    do(a.send_image(ANA, uploaded))
    do(a.send_image(ANA, picture))
    assert [file.size for file in house.messages[-1].files] == [5008]


def test_the_profile(do):
    do(a.set_get_started("GO"))
    do(a.set_greeting("Hello {{user_first_name}}"))
    do(a.set_ice_breakers([a.ice_breaker("When are you open?", "HOURS")]))
    do(a.set_persistent_menu([a.menu_item("Help", "HELP"), a.menu_item("Site", url=URL)]))
    do(a.set_commands([{"name": "book", "description": "Book a visit"}]))
    do(a.set_whitelisted_domains(["https://example.org"]))
    do(a.set_account_linking_url("https://example.org/login"))
    found = do(a.get_messenger_profile())
    assert found["get_started"] == {"payload": "GO"}
    assert {"greeting", "ice_breakers", "persistent_menu", "commands", "whitelisted_domains"} < set(found)
    do(a.set_user_menu(ANA, [a.menu_item("Mine", "M")]))
    assert "user_level_persistent_menu" in str(do(a.get_user_menu(ANA)))
    do(a.delete_user_menu(ANA))
    do(a.delete_messenger_profile(["persistent_menu", "get_started"]))
    assert "get_started" not in do(a.get_messenger_profile())


def test_personas_and_labels(do):
    made = [do(a.create_persona(f"Persona {number}", URL))["id"] for number in range(3)]
    assert do(a.get_persona(made[0]))["name"] == "Persona 0"
    assert [each["id"] for each in do(a.list_personas(limit=2))] == made[::-1][:2]
    do(a.delete_persona(made[0]))
    assert len(do(a.list_personas())) == 2
    label = do(a.create_label("vip"))["id"]
    do(a.assign_label(ANA, label))
    assert do(a.get_label(label))["page_label_name"] == "vip"
    assert [each["id"] for each in do(a.list_user_labels(ANA))] == [label]
    assert len(do(a.list_labels())) == 1
    do(a.remove_label(ANA, label))
    do(a.delete_label(label))
    assert do(a.list_labels()) == []


def test_people(house, do):
    assert do(a.get_user_profile(ANA))["name"] == "Person 4321"
    do(a.block_user(ANA))
    with pytest.raises(a.RecipientUnavailable):
        do(a.send_text(ANA, "hi"))
    do(a.unblock_user(ANA))
    do(a.moderate_conversations([ANA], ["MOVE_TO_SPAM"]))
    do(a.send_template(ANA, a.button_template("Log in", [a.account_link_button(URL)])))
    token = house.person(ANA).taps("Log In").partition("account_linking_token=")[2]
    assert do(a.get_account_link(token))["recipient"] == ANA
    do(a.unlink_account(ANA))


def test_conversations(house, do):
    mid = house.person(ANA).says("hello")
    (found,) = do(a.list_conversations(psid=ANA))
    assert do(a.get_conversation(found["id"]))["id"] == found["id"]
    assert [each["message"] for each in do(a.list_messages(found["id"]))] == ["hello"]
    assert do(a.get_message(mid))["message"] == "hello"


def test_routing(house, do):
    house.person(ANA).says("hello")
    do(a.extend_thread_control(ANA, 3600))
    do(a.pass_thread_control(ANA, "8", metadata="see above"))
    assert "8" in str(do(a.get_thread_owner(ANA)))
    do(a.request_thread_control(ANA))
    do(a.take_thread_control(ANA))
    do(a.release_thread_control(ANA))
    assert "hop_v2" in str(do(a.get_messaging_feature_status()))


def test_message_templates(house, do):
    components = [
        a.template_header("Reminder"),
        a.template_body("Hello {{1}}, until {{2}}.", ["Ana", "Monday"]),
        a.template_buttons([{"type": "POSTBACK", "text": "Confirm", "payload": "C"}]),
    ]
    made = do(a.create_message_template("reminder", "en", components))
    assert made["status"] == "APPROVED"
    do(a.send_utility(ANA, "reminder", ["Ana", "Monday"], buttons=[{"type": "POSTBACK", "payload": "C"}]))
    house.assert_sent(ANA, text="Hello Ana, until Monday.")
    assert do(a.get_message_template(made["id"]))["name"] == "reminder"
    do(a.update_message_template(made["id"], [a.template_body("Good day {{1}}, until {{2}}.", ["Ana", "Monday"])]))
    assert [each["id"] for each in do(a.list_message_templates(status="APPROVED", language=["en"]))] == [made["id"]]
    assert do(a.search_template_library("appointment"))
    do(a.delete_message_template("reminder"))
    assert do(a.list_message_templates()) == []


def test_the_page_and_the_app(house, do, httpserver):
    httpserver.expect_request("/hook").respond_with_handler(lambda request: Response(request.args["hub.challenge"]))
    assert do(a.get_page())["id"] == house.page_id
    do(a.subscribe_app(["messages", "messaging_postbacks"]))
    assert do(a.list_subscribed_apps())[0]["subscribed_fields"] == ["messages", "messaging_postbacks"]
    # What may be subscribed has to be on https; the sandbox takes what it is told.
    house.subscribe(httpserver.url_for("/hook"), verify_token="v", fields=["messages"])
    assert do(a.list_subscriptions())[0]["active"] is True
    do(a.delete_subscription(fields=["messages"]))
    do(a.unsubscribe_app())
    assert do(a.debug_token())["is_valid"] is True
    assert do(a.list_feature_reviews())
    do(a.set_nlp_configs(nlp_enabled=True, model="ENGLISH"))
    assert do(a.get_insights("page_messages_new_conversations_unique"))
    assert do(a.list_notification_tokens()) == []
    filters = {"opt_in_source": "CTM", "since": "2026-11-01", "until": 1, "is_previously_messaged": False}
    assert do(a.list_notification_tokens(**filters, custom_audience_ids=[1], do_not_return_duplicates=True)) == []
    (pack, *_) = do(a.list_sticker_packs())
    assert do(a.list_stickers(pack["id"]))
    assert do(a.search_stickers("hello"))


def test_a_batch_of_ours_is_taken(house, do):
    found = do(a.batch(a.send_text(ANA, "one"), a.get_page(), a.send_text("2", "two")))
    assert [message.text for message in house.messages] == ["one", "two"]
    assert len(found) == 3


WORDY = a.template_body("Hi {{1}} {{2}} {{3}} bye", ["1", "2", "3"])


def test_a_rejected_template_is_an_error_with_metas_reasons(house, do):
    with pytest.raises(a.InvalidRequest) as raised:
        do(a.create_message_template("reminder", "en", [WORDY]))
    error = raised.value
    (made,) = do(a.list_message_templates(status="REJECTED"))
    reasons = {"PARAMS_TO_WORD_RATIO_EXCEED_LIMIT": "The text has too many parameters for its length."}
    assert (error.code, error.sent, error.details["id"]) == ("TEMPLATE_REJECTED", "yes", made["id"])
    assert error.details["specific_rejection_reasons"] == reasons
    report = error.report()
    assert (
        f"Meta rejected the template `reminder` ({made['id']}): PARAMS_TO_WORD_RATIO_EXCEED_LIMIT: The text has"
        in report
    )
    assert f'update_message_template("{made["id"]}", …)' in report
    assert "was sent" not in report


def test_in_a_batch_the_status_of_a_template_is_in_data(do):
    (part,) = do(a.batch(a.create_message_template("reminder", "en", [WORDY])))
    assert (part["outcome"], part["data"]["status"]) == ("sent", "REJECTED")


def test_an_unknown_path_is_an_error_of_the_call_and_a_missing_token_one_of_the_credential(house):
    state = {"configuration": {"base_url": house.url, "access_token": house.access_token}}
    with Run() as run:
        client = client_for(run, state["configuration"])
        with pytest.raises(a.InvalidRequest) as raised:
            a.graph_request("GET", "me/nothing")(state)
        assert (raised.value.code, raised.value.about) == (2500, "job")
        assert "`api_version`" in raised.value.fix
        del client.connection._session.headers["Authorization"]
        with pytest.raises(a.TokenInvalid) as raised:
            a.get_page()(state)
        assert (raised.value.code, raised.value.about) == (2500, "page")


@pytest.mark.parametrize("version", ["v27.0", "v28.0", "v99.9"])
def test_every_newer_version_can_be_set_at_once(house, version):
    credential = {"base_url": house.url, "access_token": house.access_token, "api_version": version}
    assert (
        a.send_text(ANA, "hi")({"configuration": credential})["response"]["headers"]["facebook-api-version"] == "v27.0"
    )
