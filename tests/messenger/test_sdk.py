"""Meta's own SDK as a second opinion: what we send is among what Meta declares for each edge."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from facebook_business.adobjects.application import Application
from facebook_business.adobjects.comment import Comment
from facebook_business.adobjects.messengerbusinesstemplate import MessengerBusinessTemplate
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pageusermessagethreadlabel import PageUserMessageThreadLabel
from facebook_business.adobjects.persona import Persona
from facebook_business.adobjects.unifiedthread import UnifiedThread

import adaptor
from adaptor.graph.operation import GraphOperation

#: What we send and the SDK of Graph v26.0 does not declare for the edge, and why it is sent all the same.
UNDECLARED = {
    ("GET", "messenger_profile", "fields"): "every read takes `fields`",
    ("POST", "messenger_profile", "greeting"): "documented: reference/messenger-profile-api/greeting",
    ("POST", "release_thread_control", "metadata"): "documented: conversation-routing",
    (
        "GET",
        "secondary_receivers",
        "fields",
    ): "documented: handover-protocol; gone from v26.0",
    ("POST", "message_templates", "library_template_body_inputs"): "documented: utility-messages",
}


@cache
def declared(kind: type) -> dict[tuple[str, str], set[str]]:
    """The parameters that the SDK declares for each method and edge of an object."""
    edges = {}
    (definition,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(definition, ast.ClassDef)
    for function in definition.body:
        text = ast.unparse(function)
        types = re.search(r"param_types = (\{.*?\})\n", text, re.DOTALL)
        edge = re.search(r"method='(\w+)', endpoint='/([^']*)'", text)
        if types and edge:
            edges[edge[1], edge[2]] = set(ast.literal_eval(types[1]))
    return edges


PICTURE = Path(__file__).parent / "templates" / "map.png"
#: An operation with every argument that it takes, and the object of the SDK that has its edge.
CALLS: list[tuple[Any, type]] = [
    (
        adaptor.send_text(
            "1",
            "hi",
            quick_replies=[adaptor.quick_reply("Yes")],
            messaging_type="MESSAGE_TAG",
            tag="HUMAN_AGENT",
            notification_type="NO_PUSH",
            reply_to="m_1",
            persona_id="2",
            metadata="m",
            thread_control={"control_type": "release"},
        ),
        Page,
    ),
    (adaptor.react("1", "m_1", "😊"), Page),
    (adaptor.typing_on("1", persona_id="2"), Page),
    (adaptor.upload_attachment("image", "https://example.org/a.png", platform="MESSENGER"), Page),
    (adaptor.reply_to_comment("1", "hi"), Comment),
    (adaptor.reply_to_comment("1", attachment_share_url="https://example.org/a.gif"), Comment),
    (adaptor.list_blocked_users(), Page),
    (adaptor.list_welcome_message_flows(flow_id="1", app_id="2"), Page),
    (adaptor.create_welcome_message_flow("Sign up", "Hello!"), Page),
    (adaptor.update_welcome_message_flow("1", name="Sign up"), Page),
    (adaptor.delete_welcome_message_flow("1"), Page),
    (
        adaptor.list_notification_tokens(
            opt_in_source="CTM",
            since=1,
            until=2,
            is_previously_messaged=True,
            custom_audience_ids="1",
            subscriber_tag_ids="1",
            do_not_return_duplicates=True,
        ),
        Page,
    ),
    (adaptor.get_messenger_profile("get_started"), Page),
    (adaptor.delete_messenger_profile("get_started"), Page),
    (adaptor.set_get_started("G"), Page),
    (adaptor.set_greeting("Hello"), Page),
    (adaptor.set_ice_breakers([adaptor.ice_breaker("Where?", "W")]), Page),
    (adaptor.set_persistent_menu([adaptor.menu_item("Help", "H")]), Page),
    (adaptor.set_whitelisted_domains("https://example.org"), Page),
    (adaptor.set_account_linking_url("https://example.org/link"), Page),
    (adaptor.create_persona("Ana", "https://example.org/a.png"), Page),
    (adaptor.list_personas(), Page),
    (adaptor.get_persona("1"), Persona),
    (adaptor.delete_persona("1"), Persona),
    (adaptor.create_label("vip"), Page),
    (adaptor.list_labels(), Page),
    (adaptor.assign_label("1", "2"), PageUserMessageThreadLabel),
    (adaptor.remove_label("1", "2"), PageUserMessageThreadLabel),
    (adaptor.delete_label("2"), PageUserMessageThreadLabel),
    (
        adaptor.list_conversations(psid="1", folder="inbox", tags=["a"], updated_after_ms=1, updated_before_ms=2),
        Page,
    ),
    (adaptor.list_messages("t_1"), UnifiedThread),
    (adaptor.pass_thread_control("1", "2", metadata="m"), Page),
    (adaptor.take_thread_control("1", metadata="m"), Page),
    (adaptor.request_thread_control("1", metadata="m"), Page),
    (adaptor.release_thread_control("1", metadata="m"), Page),
    (adaptor.extend_thread_control("1", 60), Page),
    (adaptor.get_thread_owner("1"), Page),
    (adaptor.subscribe_app("messages"), Page),
    (adaptor.list_subscribed_apps(), Page),
    (adaptor.unsubscribe_app(), Page),
    (adaptor.block_user("1"), Page),
    (adaptor.set_nlp_configs(nlp_enabled=True), Page),
    (adaptor.get_insights("page_messages_new_conversations_unique", period="day", since=1, until=2), Page),
    (adaptor.list_message_templates(), Page),
    (adaptor.delete_message_template("reminder"), Page),
    (
        adaptor.create_message_template("reminder", "en", [adaptor.template_body("Hello {{1}}, see you.", ["Ana"])]),
        Page,
    ),
    (adaptor.update_message_template("1", [adaptor.template_body("Hello, see you.")]), MessengerBusinessTemplate),
    (
        adaptor.create_subscription(
            "https://example.org/hook", ["messages"], verify_token="v", include_client_certificate=True
        ),
        Application,
    ),
    (adaptor.upload_template_image(PICTURE), Application),
]

#: Parameters that every read takes: what is read, how much of it, and from where.
OF_EVERY_READ = {"fields", "limit", "after", "before", "summary"}


@pytest.mark.parametrize(("operation", "kind"), CALLS, ids=lambda value: getattr(value, "name", None))
def test_what_is_sent_is_declared_by_metas_sdk(operation: GraphOperation, kind: type) -> None:
    request = operation.describe({"configuration": {"app_id": "5"}})
    edge = request.path.partition("/")[2]
    parameters = declared(kind)[request.method, edge]
    body = request.body if isinstance(request.body, dict) else {}
    sent = {*request.params, *body}
    if request.method == "GET":
        sent -= OF_EVERY_READ
    undeclared = {name for name in sent - parameters if (request.method, edge, name) not in UNDECLARED}
    assert not undeclared
