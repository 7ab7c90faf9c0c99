"""What we send is what Meta's own specification of each edge declares; where it is not, the list says why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adaptor import (
    create_label,
    create_message_template,
    create_persona,
    delete_message_template,
    delete_messenger_profile,
    extend_thread_control,
    get_insights,
    get_messenger_profile,
    get_thread_owner,
    ice_breaker,
    list_conversations,
    list_feature_reviews,
    list_labels,
    list_message_templates,
    list_notification_tokens,
    list_personas,
    list_secondary_receivers,
    list_subscribed_apps,
    menu_item,
    moderate_conversations,
    pass_thread_control,
    release_thread_control,
    request_thread_control,
    set_messenger_profile,
    set_nlp_configs,
    subscribe_app,
    take_thread_control,
    unsubscribe_app,
)

FILE = Path(__file__).parents[2].parent / "shared" / "cases" / "graph_spec.json"
if not FILE.is_file():
    pytest.skip("Meta's specification is kept outside this project and is not here", allow_module_level=True)
EDGES = {
    (edge["method"], edge["edge"]): edge["params"] for edge in json.loads(FILE.read_text(encoding="utf-8"))["Page"]
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
    list_labels(limit=1),
    list_conversations(user_id=ANA, folder="inbox", tags="a", fields="id", limit=1),
    pass_thread_control(ANA, "PAGE_INBOX", metadata="a"),
    take_thread_control(ANA, metadata="a"),
    request_thread_control(ANA, metadata="a"),
    release_thread_control(ANA, metadata="a"),
    extend_thread_control(ANA, 60),
    get_thread_owner(ANA),
    list_secondary_receivers(),
    subscribe_app("messages"),
    list_subscribed_apps(),
    unsubscribe_app(),
    list_feature_reviews(),
    set_nlp_configs(
        nlp_enabled=True, model="CUSTOM", custom_token="wit", n_best=1, verbose=True, other_language_support={}
    ),
    get_insights("page_fans", period="day", since=1, until=2, breakdown="a"),
    list_notification_tokens(fields="recipient_id"),
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
    declared = EDGES[request.method, edge]
    sent = {*request.params, *(request.body or {})}
    if request.method == "GET":
        sent -= OF_EVERY_READ
    assert sent - {parameter["name"] for parameter in declared} == DOCUMENTED.get(operation.name, set())
    assert {parameter["name"] for parameter in declared if parameter["required"]} <= sent
