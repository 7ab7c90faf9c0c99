"""What we send is what Meta's own specification of each edge declares; where it is not, the list says why."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from werkzeug import Response

from adaptor import (
    assign_label,
    copy_message_template,
    create_label,
    create_message_template,
    create_persona,
    create_welcome_message_flow,
    delete_label,
    delete_message_template,
    delete_messenger_profile,
    delete_persona,
    delete_user_menu,
    delete_welcome_message_flow,
    extend_thread_control,
    get_conversation,
    get_insights,
    get_label,
    get_message,
    get_message_template,
    get_messaging_feature_status,
    get_messenger_profile,
    get_page,
    get_persona,
    get_thread_owner,
    get_user_menu,
    get_user_profile,
    ice_breaker,
    list_blocked_users,
    list_conversations,
    list_feature_reviews,
    list_labels,
    list_message_templates,
    list_messages,
    list_notification_tokens,
    list_personas,
    list_subscribed_apps,
    list_user_labels,
    list_welcome_message_flows,
    menu_item,
    moderate_conversations,
    pass_thread_control,
    post_message,
    react,
    release_thread_control,
    remove_label,
    reply_to_comment,
    request_thread_control,
    send_text,
    set_messenger_profile,
    set_nlp_configs,
    set_user_menu,
    subscribe_app,
    take_thread_control,
    unlink_account,
    unsubscribe_app,
    update_message_template,
    update_welcome_message_flow,
    upload_attachment,
)
from adaptor.core.run.context import Run
from adaptor.graph.client import client_for

#: What each edge of a Page takes; `!` stands behind what it must be given. Meta's SDK says nothing of the latter.
#: Source: Meta's SDK specification, v25, April 2026; the SDK 26.0.3 for what came later.
DECLARED = {
    "GET conversations": "folder platform tags user_id",
    "GET custom_labels": "",
    "POST custom_labels": "name page_label_name!",
    "POST extend_thread_control": "duration recipient!",
    "GET insights": "breakdown date_preset metric period show_description_from_api_doc since until",
    "POST message_attachments": "message! platform",
    "DELETE message_templates": "name! template_id",
    "GET message_templates": "category content language name name_or_content status",
    "POST message_templates": "category! components language! library_template_button_inputs library_template_name"
    " name! parameter_format",
    "POST messages": "folder message messaging_type notification_type payload persona_id recipient! reply_to"
    " sender_action suggestion_action tag thread_control",
    "GET messaging_feature_review": "",
    "DELETE messenger_profile": "fields! platform",
    "GET messenger_profile": "platform",
    "POST messenger_profile": "account_linking_url commands description get_started ice_breakers persistent_menu"
    " platform whitelisted_domains",
    "POST moderate_conversations": "actions! user_ids!",
    "POST nlp_configs": "api_version custom_token model n_best nlp_enabled other_language_support verbose",
    "GET blocked": "uid user",
    "GET notification_message_tokens": "custom_audience_ids do_not_return_duplicates is_previously_messaged"
    " opt_in_source since subscriber_tag_ids until",
    "GET welcome_message_flows": "app_id flow_id",
    "POST welcome_message_flows": "eligible_platforms flow_id name welcome_message_flow",
    "DELETE welcome_message_flows": "flow_id!",
    "POST pass_thread_control": "metadata recipient! target_app_id",
    "GET personas": "",
    "POST personas": "name! profile_picture_url!",
    "POST release_thread_control": "recipient!",
    "POST request_thread_control": "metadata recipient!",
    "DELETE subscribed_apps": "",
    "GET subscribed_apps": "",
    "POST subscribed_apps": "subscribed_fields!",
    "POST take_thread_control": "metadata recipient!",
    "GET thread_owner": "recipient!",
}

ANA = "6543210987654321"
#: What every read takes.
OF_EVERY_READ = {"fields", "limit"}
#: What Meta's documentation has and its specification has not.
DOCUMENTED = {
    "set_messenger_profile": {"greeting"},
    "release_thread_control": {"metadata"},
    "create_message_template": {"library_template_body_inputs"},
}
#: Every operation on an edge of the Page, with all that it takes.
OPERATIONS = [
    get_messenger_profile(platform="MESSENGER"),
    set_messenger_profile(
        get_started="START",
        greeting="Hello!",
        ice_breakers=[ice_breaker("Where?")],
        persistent_menu=[menu_item("Hours")],
        commands=[{"name": "hours", "description": "When"}],
        whitelisted_domains="https://example.org",
        account_linking_url="https://example.org",
    ),
    delete_messenger_profile("greeting", platform="MESSENGER"),
    create_persona("Ada", "https://example.org/ada.png"),
    list_personas(fields="id", limit=1),
    moderate_conversations([ANA], "BLOCK_USER"),
    create_label("VIP"),
    post_message({"recipient": {"id": ANA}, "message": {"text": "a"}}),
    send_text(
        ANA,
        "a",
        messaging_type="MESSAGE_TAG",
        tag="HUMAN_AGENT",
        notification_type="NO_PUSH",
        reply_to="m_1",
        persona_id="7",
        thread_control={"control_type": "release"},
    ),
    react(ANA, "m_1", "😊"),
    upload_attachment("image", "https://example.org/a.png", platform="MESSENGER"),
    list_labels(limit=1),
    list_conversations(psid=ANA, folder="inbox", tags="a", fields="id", limit=1),
    pass_thread_control(ANA, "PAGE_INBOX", metadata="a"),
    take_thread_control(ANA, metadata="a"),
    request_thread_control(ANA, metadata="a"),
    release_thread_control(ANA, metadata="a"),
    extend_thread_control(ANA, 60),
    get_thread_owner(ANA),
    subscribe_app("messages"),
    list_subscribed_apps(),
    unsubscribe_app(),
    list_feature_reviews(),
    set_nlp_configs(
        nlp_enabled=True, model="CUSTOM", custom_token="wit", n_best=1, verbose=True, other_language_support={}
    ),
    get_insights("page_fans", period="day", since=1, until=2, breakdown="a"),
    list_notification_tokens(
        opt_in_source="CTM",
        since=1,
        until="2026-11-01",
        is_previously_messaged=True,
        custom_audience_ids=["1"],
        subscriber_tag_ids="1,2",
        do_not_return_duplicates=True,
        fields="recipient_id",
    ),
    list_blocked_users(limit=1),
    list_welcome_message_flows(flow_id="1", app_id="2", limit=1),
    create_welcome_message_flow("Sign up", "Hello!"),
    update_welcome_message_flow("1", name="Sign up", messages="Hello!", eligible_platforms="messenger"),
    delete_welcome_message_flow("1"),
    copy_message_template({"name": "a", "language": "en", "components": [{"type": "BODY", "text": "Closed."}]}),
    create_message_template(
        "name",
        "en",
        "Closed.",
        parameter_format="NAMED",
        library_template_name="a",
        library_template_body_inputs={},
        library_template_button_inputs=[],
    ),
    list_message_templates(
        name="a", content="a", name_or_content="a", status="APPROVED", language="en", category="UTILITY"
    ),
    delete_message_template("name", template_id="1"),
]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_what_is_sent_is_what_meta_declares(operation: Any) -> None:
    request = operation.describe({})
    edge = request.path.removeprefix("me/")
    declared = DECLARED[f"{request.method} {edge}"].split()
    sent = {*request.params, *(request.body or {})}
    if request.method == "GET":
        sent -= OF_EVERY_READ
    assert sent - {name.removesuffix("!") for name in declared} == DOCUMENTED.get(operation.name, set())
    assert {name.removesuffix("!") for name in declared if name.endswith("!")} <= sent


def test_every_edge_that_stands_here_is_used_by_an_operation() -> None:
    requests = [operation.describe({}) for operation in OPERATIONS]
    assert {f"{request.method} {request.path.removeprefix('me/')}" for request in requests} == set(DECLARED)


#: The calls that go to one object, or to the Page itself: what Meta's specification of the Page's edges does not hold.
OBJECTS = [
    (get_page(), "GET me"),
    (get_messaging_feature_status(), "GET me"),
    (get_user_profile(ANA), f"GET {ANA}"),
    (list_user_labels(ANA), f"GET {ANA}/custom_labels"),
    (get_conversation("t_1"), "GET t_1"),
    (list_messages("t_1"), "GET t_1/messages"),
    (get_message("m_1"), "GET m_1"),
    (get_persona("7"), "GET 7"),
    (delete_persona("7"), "DELETE 7"),
    (get_label("7"), "GET 7"),
    (delete_label("7"), "DELETE 7"),
    (assign_label(ANA, "7"), "POST 7/label"),
    (remove_label(ANA, "7"), "DELETE 7/label"),
    (get_message_template("7"), "GET 7"),
    (update_message_template("7", "Closed."), "POST 7"),
    (get_user_menu(ANA), "GET me/custom_user_settings"),
    (set_user_menu(ANA, [menu_item("Hours")]), "POST me/custom_user_settings"),
    (delete_user_menu(ANA), "DELETE me/custom_user_settings"),
    (unlink_account(ANA), "POST me/unlink_accounts"),
    (reply_to_comment("1_2", "hi"), "POST 1_2/comments"),
]


def test_a_call_to_one_object_has_its_method_and_path() -> None:
    for operation, expected in OBJECTS:
        request = operation.describe({})
        assert f"{request.method} {request.path}" == expected, operation.name


#: Parameters of the protocol that Meta has removed from all versions, or keeps from new apps.
#: Source: https://developers.facebook.com/blog/post/2026/11/04/introducing-graph-api-v27-and-marketing-api-v27/
REMOVED = {"ids", "pretty", "debug", "date_format", "method", "callback", "asyncbatch", "adbatch"}


def test_no_call_uses_what_meta_has_removed_from_the_protocol() -> None:
    for operation in [*OPERATIONS, *(each for each, _ in OBJECTS)]:
        request = operation.describe({})
        assert not REMOVED & {*request.params, *(request.body or {})}, operation.name
        assert ".as(" not in str(request.params.get("fields")), operation.name
        assert request.path, operation.name


def test_what_goes_over_the_wire_has_none_of_it_either(httpserver: Any) -> None:
    seen: list[Any] = []

    def answer(request: Any) -> Response:
        seen.append(request)
        page = {"data": [{"id": "1"}], "paging": {"next": f"{request.base_url}?after=a&pretty=0", "cursors": {}}}
        return Response(json.dumps(page if request.method == "GET" and "after" not in request.args else {"id": "1"}))

    httpserver.expect_request(re.compile(".*")).respond_with_handler(answer)
    state = {"configuration": {"access_token": "T", "base_url": httpserver.url_for(""), "app_secret": "s"}}
    for operation in (list_labels(), create_label("vip"), get_page()):
        operation(state)
    with Run() as run:
        client_for(run, state["configuration"]).send_batch([create_label("vip").describe({})])
    assert len(seen) == 5
    for request in seen:
        # Meta wrote `pretty` into the address of the next page, which must not come back from there.
        assert not REMOVED & {*request.args, *request.form}
        assert "If-None-Match" not in request.headers
