"""Meta's own SDK as a second opinion: what we send is declared there; what is declared we send, or leave out by choice.

The second half fails when Meta's SDK grows: then decide whether jobs want the new edge or parameter, and either make it
an argument or an operation, or add it to a list below with the reason.
"""

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
    (adaptor.get_messenger_profile("get_started", platform="MESSENGER"), Page),
    (adaptor.delete_messenger_profile("get_started", platform="MESSENGER"), Page),
    (adaptor.set_messenger_profile(commands=[{"name": "hours", "description": "When"}]), Page),
    (adaptor.get_user_menu("1"), Page),
    (adaptor.set_user_menu("1", [adaptor.menu_item("Help", "H")]), Page),
    (adaptor.delete_user_menu("1"), Page),
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
    (adaptor.unlink_account("1"), Page),
    (adaptor.list_feature_reviews(), Page),
    (adaptor.list_notification_tokens(), Page),
    (
        adaptor.set_nlp_configs(
            nlp_enabled=True, model="CUSTOM", custom_token="w", n_best=1, verbose=True, other_language_support={}
        ),
        Page,
    ),
    (
        adaptor.get_insights("page_messages_new_conversations_unique", period="day", since=1, until=2, breakdown=["a"]),
        Page,
    ),
    (
        adaptor.list_message_templates(
            name="a", content="a", name_or_content="a", status="APPROVED", language="en", category="UTILITY"
        ),
        Page,
    ),
    (adaptor.delete_message_template("reminder", template_id="1"), Page),
    (
        adaptor.create_message_template("reminder", "en", [adaptor.template_body("Hello {{1}}, see you.", ["Ana"])]),
        Page,
    ),
    (
        adaptor.create_message_template("reminder", "en", library_template_name="a", library_template_button_inputs=[]),
        Page,
    ),
    (
        adaptor.update_message_template("1", [adaptor.template_body("Hello, see you.")], parameter_format="NAMED"),
        MessengerBusinessTemplate,
    ),
    (
        adaptor.create_subscription(
            "https://example.org/hook",
            ["messages"],
            verify_token="v",
            include_values=True,
            include_client_certificate=True,
        ),
        Application,
    ),
    (adaptor.list_subscriptions(), Application),
    (adaptor.delete_subscription(fields=["messages"]), Application),
    (adaptor.get_page(), Page),
    (adaptor.get_account_link("t"), Page),
    (adaptor.get_label("2"), PageUserMessageThreadLabel),
    (adaptor.get_message_template("1"), MessengerBusinessTemplate),
    (adaptor.get_conversation("t_1"), UnifiedThread),
    (adaptor.upload_template_image(PICTURE), Application),
]

#: Parameters that every read takes: what is read, how much of it, and from where.
OF_EVERY_READ = {"fields", "limit", "after", "before", "summary"}


@pytest.mark.long
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


#: Parameters that Meta's SDK declares for an edge that an operation uses, and why no operation has them.
PARAMETERS_LEFT_OUT = {
    ("POST", "messages", "folder"): "undocumented",
    ("POST", "messages", "suggestion_action"): "undocumented",
    ("POST", "custom_labels", "name"): "the name of `page_label_name` before v12.0",
    ("POST", "messenger_profile", "description"): "undocumented; set_messenger_profile passes on what it does not know",
    ("POST", "messenger_profile", "platform"): "Instagram; set_messenger_profile passes on what it does not know",
    ("GET", "messages", "source"): "undocumented",
    ("GET", "insights", "date_preset"): "since and until say it",
    ("GET", "insights", "show_description_from_api_doc"): "texts about metrics",
    ("GET", "blocked", "uid"): "asks about one person; the list says it",
    ("GET", "blocked", "user"): "as uid",
    ("POST", "comments", "attachment_id"): "a photo that the Page has on Facebook; by graph_request",
    ("POST", "comments", "attachment_url"): "by graph_request",
    ("POST", "comments", "comment_privacy_value"): "undocumented",
    ("POST", "comments", "facepile_mentioned_ids"): "undocumented",
    ("POST", "comments", "feedback_source"): "undocumented",
    ("POST", "comments", "is_offline"): "undocumented",
    ("POST", "comments", "nectar_module"): "undocumented",
    ("POST", "comments", "object_id"): "undocumented",
    ("POST", "comments", "parent_comment_id"): "undocumented",
    ("POST", "comments", "text"): "undocumented",
    ("POST", "comments", "tracking"): "undocumented",
    ("POST", "uploads", "session_type"): "attachment is the default",
    ("POST", "nlp_configs", "api_version"): "of the natural language service, undocumented",
}

#: Edges of these objects that no operation uses, by the reason.
EDGES_LEFT_OUT = {
    Comment: {
        "reading and moderating comments, by graph_request": "GET , POST , DELETE , GET comments, GET reactions, "
        "GET likes, POST likes, DELETE likes",
    },
    Page: {
        "messaging, by graph_request": "GET messenger_lead_forms, POST messenger_lead_forms",
        "blocking on Facebook, which moderate_conversations includes": "POST blocked, DELETE blocked",
        "the twin of conversations": "GET threads",
        "features that are recorded for a partner": "POST business_messaging_feature_status",
        "recurring notifications, which have ended in most countries": "POST notification_messages_dev_support",
        "the chat plugin, which has ended": "GET chat_plugin",
        "calls by voice": "GET messenger_call_permissions, GET messenger_call_settings, POST messenger_call_settings, "
        "POST calls, POST call_metrics",
        "Instagram, WhatsApp, Threads": "GET instagram_accounts, GET page_backed_instagram_accounts, "
        "POST page_backed_instagram_accounts, POST page_backed_threads_accounts, "
        "POST page_whatsapp_number_verification",
        "the Page's own fields and who works on it": "POST , GET roles, GET settings, POST settings, GET agencies, "
        "POST agencies, DELETE agencies, GET assigned_users, POST assigned_users, DELETE assigned_users, "
        "GET businessprojects, GET tabs, GET locations, POST locations, DELETE locations, GET store_locations, "
        "GET global_brand_children, GET picture, POST picture, GET call_to_actions, GET likes, GET ratings",
        "what the Page publishes": "GET feed, POST feed, GET posts, GET published_posts, GET scheduled_posts, "
        "GET visitor_posts, GET tagged, GET photos, POST photos, GET albums, GET videos, POST videos, GET video_lists, "
        "GET video_reels, POST video_reels, GET indexed_videos, GET live_videos, POST live_videos, "
        "POST scheduled_live_video, GET stories, POST photo_stories, POST video_stories, GET events, "
        "GET space_participants, POST space_participants, GET crosspost_whitelisted_pages, GET ar_experience, "
        "GET fantasy_games, GET ab_tests, POST ab_tests",
        "rights to pictures and videos": "GET image_copyrights, POST image_copyrights, GET video_copyright_rules, "
        "POST video_copyright_rules, POST video_copyrights, POST copyright_manual_claims, GET media_fingerprints, "
        "POST media_fingerprints",
        "ads and shops": "GET ads_eligibility, GET ads_posts, GET canvas_elements, POST canvas_elements, GET canvases, "
        "POST canvases, GET leadgen_forms, POST leadgen_forms, GET dataset, POST dataset, GET rtb_dynamic_posts, "
        "GET ctx_optimization_eligibility, GET product_catalogs, GET shop_setup_status, "
        "GET commerce_merchant_settings, GET commerce_orders, GET commerce_payouts, GET commerce_transactions",
    },
    Application: {
        "the app's own fields and who works on it": "GET , POST , GET roles, GET agencies, GET permissions, "
        "GET accounts, POST accounts, DELETE accounts, GET connected_client_businesses, GET authorized_adaccounts, "
        "GET appassets, POST assets, GET app_installed_groups, GET whatsapp_business_solutions, "
        "POST whatsapp_business_solution, GET threat_privacy_groups_member, GET threat_privacy_groups_owner",
        "apps on phones, ads and purchases": "GET ad_placement_groups, GET adnetwork_placements, "
        "GET adnetworkanalytics, POST adnetworkanalytics, GET adnetworkanalytics_results, GET aem_attribution, "
        "GET aem_conversion_configs, GET aem_conversion_filter, POST aem_conversions, POST aem_skan_readiness, "
        "GET android_dialog_configs, GET ios_dialog_configs, GET app_capi_settings, GET app_event_types, "
        "GET button_auto_detection_device_selection, GET cloudbridge_settings, GET da_checks, GET iap_purchases, "
        "GET linked_dataset, GET mobile_sdk_gk, GET monetized_digital_store_objects, "
        "POST monetized_digital_store_objects, GET object_types, GET objects, GET products, GET purchases, "
        "GET server_domain_infos, GET sgw_dataset_status, GET sgw_install_deferral_link, POST activities, "
        "POST aggregate_revenue, POST app_indexing, POST app_indexing_session, POST app_push_device_token, "
        "POST codeless_event_mappings, POST domain_reports, POST mmp_auditing, POST occludespopups",
    },
}


@cache
def sent() -> dict[type, dict[tuple[str, str], set[str]]]:
    """All that our operations send, by object, method and edge."""
    found: dict[type, dict[tuple[str, str], set[str]]] = {}
    for operation, kind in CALLS:
        request = operation.describe({"configuration": {"app_id": "5"}})
        body = request.body if isinstance(request.body, dict) else {}
        place = request.method, request.path.partition("/")[2]
        found.setdefault(kind, {}).setdefault(place, set()).update(request.params, body)
    return found


def growth(kind: type) -> tuple[set[tuple[str, str]], set[tuple[str, str, str]]]:
    """The edges that we do not use, and the parameters that we do not send to those that we use."""
    edges, parameters = set(), set()
    for place, names in declared(kind).items():
        if place not in sent()[kind]:
            edges.add(place)
        else:
            parameters |= {(*place, name) for name in names - sent()[kind][place]}
    return edges, parameters


def test_every_parameter_that_metas_sdk_declares_is_sent_or_left_out_by_choice() -> None:
    assert set().union(*(growth(kind)[1] for kind in sent())) == set(PARAMETERS_LEFT_OUT)


@pytest.mark.parametrize("kind", list(dict.fromkeys(kind for _, kind in CALLS)), ids=lambda kind: kind.__name__)
def test_every_edge_that_metas_sdk_has_is_used_or_left_out_by_choice(kind: type) -> None:
    reasons = EDGES_LEFT_OUT.get(kind, {})
    listed = [tuple(edge.split(" ")) for edges in reasons.values() for edge in edges.split(", ") if edge]
    assert len(listed) == len(set(listed))
    assert growth(kind)[0] == set(listed)
