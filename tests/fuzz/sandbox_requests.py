"""Valid requests to a sandbox, one or more for every edge, and values of every kind of JSON to spoil them with."""

import copy
import re

ANA = "6543210987654321"
URL = "https://example.com/a"
WHO = {"recipient": {"id": ANA}}
TEMPLATES = [
    {
        "template_type": "button",
        "text": "t",
        "buttons": [
            {"type": "web_url", "title": "t", "url": URL, "webview_height_ratio": "full", "messenger_extensions": True},
            {"type": "postback", "title": "t", "payload": "p"},
            {"type": "phone_number", "title": "t", "payload": "+4915112345678"},
        ],
    },
    {
        "template_type": "generic",
        "elements": [
            {
                "title": "t",
                "subtitle": "s",
                "image_url": URL,
                "default_action": {"type": "web_url", "url": URL},
                "buttons": [{"type": "account_link", "url": URL}, {"type": "account_unlink"}],
            }
        ],
    },
    {"template_type": "media", "elements": [{"media_type": "image", "attachment_id": "1234567890123456"}]},
    {
        "template_type": "receipt",
        "recipient_name": "n",
        "order_number": "1",
        "currency": "EUR",
        "payment_method": "m",
        "order_url": URL,
        "summary": {"total_cost": 1.5},
        "elements": [{"title": "t", "price": 1, "quantity": 2}],
        "address": {"street_1": "s", "city": "c", "postal_code": "1", "state": "s", "country": "DE"},
    },
    {"template_type": "product", "elements": [{"id": "1"}]},
    {
        "template_type": "coupon",
        "title": "t",
        "subtitle": "s",
        "coupon_code": "C",
        "coupon_url": URL,
        "image_url": URL,
        "coupon_pre_message": "m",
    },
    {
        "template_type": "customer_feedback",
        "title": "t",
        "subtitle": "s",
        "button_title": "b",
        "feedback_screens": [
            {
                "questions": [
                    {
                        "id": "q",
                        "type": "csat",
                        "title": "A title",
                        "score_label": "neg_pos",
                        "score_option": "five_stars",
                        "follow_up": {"type": "free_form", "placeholder": "p"},
                    }
                ]
            }
        ],
        "business_privacy": {"url": URL},
        "expires_in_days": 3,
    },
    {
        "template_type": "image_grid",
        "elements": [
            {
                "title": "t",
                "images": [
                    {"url": URL, "is_hero_image": True, "action": {"type": "web_url", "url": URL}},
                    {"url": URL, "action": {"type": "postback", "payload": "p", "text": "t"}},
                ],
                "buttons": [{"type": "postback", "title": "t", "payload": "p"}],
            }
        ],
    },
    {"template_type": "instant_form", "form_id": "1"},
    {
        "template_type": "customer_information",
        "countries": ["DE"],
        "purpose": "SHIPPING",
        "business_privacy": {"url": URL},
    },
]
MESSAGES = [
    {
        "text": "hi",
        "metadata": "m",
        "quick_replies": [
            {"content_type": "text", "title": "t", "payload": "p", "image_url": URL},
            {"content_type": "user_email"},
        ],
    },
    {"attachment": {"type": "image", "payload": {"url": URL, "is_reusable": True}}},
    {"attachment": {"type": "file", "payload": {"attachment_id": "1234567890123456"}}},
    {"attachments": [{"type": "image", "payload": {"url": URL}}]},
    {"sticker_id": "369239263222822"},
    {
        "template": {
            "name": "t",
            "language": {"code": "en"},
            "components": [
                {"type": "body", "parameters": [{"type": "text", "text": "x"}]},
                {"type": "buttons", "parameters": [{"type": "URL", "url": URL}]},
            ],
        }
    },
    *({"attachment": {"type": "template", "payload": payload}} for payload in TEMPLATES),
]
OPTIONS = {
    "messaging_type": "MESSAGE_TAG",
    "tag": "HUMAN_AGENT",
    "notification_type": "NO_PUSH",
    "reply_to": {"mid": "m_x"},
    "persona_id": "10",
    "thread_control": {"control_type": "pass", "app_id": "app"},
}
LOCALE = {"locale": "default"}
MENU = [
    {
        **LOCALE,
        "composer_input_disabled": False,
        "call_to_actions": [
            {"type": "postback", "title": "t", "payload": "p"},
            {"type": "web_url", "title": "t", "url": URL},
        ],
    }
]
PAGING = {"fields": "id", "limit": 2, "after": "Mg", "before": "Mg"}
BATCH = [
    {
        "method": "POST",
        "relative_url": "me/messages",
        "body": f"recipient={{id:{ANA}}}&message={{text:hi}}",
        "name": "a",
    },
    {"method": "GET", "relative_url": "{result=a:$.message_id}?fields=id", "depends_on": "a"},
    {"method": "GET", "relative_url": "me?fields=id", "attached_files": "f", "omit_response_on_success": False},
]
BODY = {"type": "BODY", "text": "Hello {{1}}, we see you."}

#: Method, path and parameters.
REQUESTS = [
    *(("POST", "/me/messages", {**WHO, "message": message}) for message in MESSAGES),
    ("POST", "/me/messages", {**WHO, "message": {"text": "hi"}, **OPTIONS}),
    ("POST", "/me/messages", {"recipient": {"user_ref": "r"}, "message": {"text": "hi"}}),
    ("POST", "/me/messages", {"recipient": {"comment_id": "c"}, "message": {"text": "hi"}}),
    ("POST", "/me/messages", {**WHO, "sender_action": "typing_on", "persona_id": "10"}),
    (
        "POST",
        "/me/messages",
        {**WHO, "sender_action": "react", "payload": {"message_id": "m_x", "reaction": "love"}},
    ),
    *(("POST", "/me/message_attachments", {"platform": "messenger", "message": message}) for message in MESSAGES[1:3]),
    ("GET", "/me/messenger_profile", {"fields": ["greeting", "get_started"]}),
    (
        "POST",
        "/me/messenger_profile",
        {
            "platform": "messenger",
            "get_started": {"payload": "p"},
            "greeting": [{**LOCALE, "text": "t"}],
            "ice_breakers": [{**LOCALE, "call_to_actions": [{"question": "q", "payload": "p"}]}],
            "persistent_menu": MENU,
            "commands": [{**LOCALE, "commands": [{"name": "n", "description": "d"}]}],
            "whitelisted_domains": [URL],
            "account_linking_url": URL,
            "home_url": {"url": URL},
        },
    ),
    ("DELETE", "/me/messenger_profile", {"fields": ["ice_breakers"]}),
    ("GET", "/me/custom_user_settings", {"psid": ANA}),
    ("POST", "/me/custom_user_settings", {"psid": ANA, "persistent_menu": MENU}),
    ("DELETE", "/me/custom_user_settings", {"psid": ANA, "params": ["persistent_menu"]}),
    ("GET", "/me/personas", PAGING),
    ("POST", "/me/personas", {"name": "n", "profile_picture_url": URL}),
    ("GET", "/10", {"fields": "id,name"}),
    ("GET", f"/{ANA}", {"fields": "first_name,profile_pic"}),
    ("GET", f"/{ANA}/custom_labels", PAGING),
    ("GET", "/me/custom_labels", PAGING),
    ("POST", "/me/custom_labels", {"page_label_name": "l"}),
    ("POST", "/11/label", {"user": ANA}),
    ("DELETE", "/11/label", {"user": ANA}),
    (
        "GET",
        "/me/conversations",
        {
            **PAGING,
            "platform": "messenger",
            "folder": "inbox",
            "user_id": ANA,
            "fields": "id,messages.limit(3){id,message,attachments.limit(1){id},from,reply_to},participants",
        },
    ),
    ("POST", "/me/moderate_conversations", {"user_ids": [{"id": ANA}, ANA], "actions": ["BLOCK_USER", "MOVE_TO_SPAM"]}),
    ("POST", "/me/pass_thread_control", {**WHO, "target_app_id": "263902037430900", "metadata": "m"}),
    ("POST", "/me/take_thread_control", {**WHO, "metadata": "m"}),
    ("POST", "/me/request_thread_control", {**WHO, "metadata": "m"}),
    ("POST", "/me/release_thread_control", {**WHO, "metadata": "m"}),
    ("POST", "/me/extend_thread_control", {**WHO, "duration": 60}),
    ("GET", "/me/thread_owner", {"recipient": ANA}),
    ("GET", "/me/secondary_receivers", {"fields": "id,name"}),
    ("GET", "/me/subscribed_apps", {"fields": "id"}),
    ("POST", "/me/subscribed_apps", {"subscribed_fields": ["messages"]}),
    ("POST", "/me/nlp_configs", {"nlp_enabled": True, "model": "CUSTOM", "n_best": 2, "custom_token": "t"}),
    (
        "GET",
        "/me/notification_message_tokens",
        {
            **PAGING,
            "opt_in_source": ["CTM"],
            "since": "2026-11-01",
            "until": "1",
            "is_previously_messaged": "false",
            "custom_audience_ids": ["1"],
            "subscriber_tag_ids": "1",
            "do_not_return_duplicates": True,
        },
    ),
    ("GET", "/me/blocked", {**PAGING, "fields": "id,name", "user": ANA}),
    ("POST", "/1_2/comments", {"message": "hi", "attachment_url": URL}),
    ("GET", "/me/welcome_message_flows", {**PAGING, "flow_id": "1"}),
    (
        "POST",
        "/me/welcome_message_flows",
        {"name": "n", "welcome_message_flow": [{"message": {"text": "hi"}}], "eligible_platforms": ["messenger"]},
    ),
    ("POST", "/me/welcome_message_flows", {"flow_id": "1", "name": "n"}),
    ("DELETE", "/me/welcome_message_flows", {"flow_id": "1"}),
    ("POST", "/app/uploads", {"file_name": "a.png", "file_length": 4, "file_type": "image/png"}),
    ("POST", "/upload:a", {"sig": "b"}),
    (
        "POST",
        "/oauth/access_token",
        {"grant_type": "fb_exchange_token", "client_id": "1", "client_secret": "s", "fb_exchange_token": "t"},
    ),
    (
        "GET",
        "/me/insights",
        {"metric": ["page_messages_total_messaging_connections"], "period": "day", "since": "1", "until": "2"},
    ),
    (
        "GET",
        "/me/message_templates",
        {**PAGING, "name": "n", "content": "c", "language": ["en"], "status": ["APPROVED"]},
    ),
    (
        "POST",
        "/me/message_templates",
        {
            "name": "n",
            "language": "en",
            "category": "UTILITY",
            "parameter_format": "POSITIONAL",
            "components": [
                {"type": "HEADER", "format": "TEXT", "text": "h"},
                BODY,
                {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "t", "url": URL}]},
            ],
        },
    ),
    (
        "POST",
        "/me/message_templates",
        {
            "name": "l",
            "language": "en",
            "category": "UTILITY",
            "library_template_name": "appointment_reminder",
            "library_template_button_inputs": [{"type": "URL", "url": {"base_url": URL}}],
        },
    ),
    ("DELETE", "/me/message_templates", {"name": "absent", "template_id": "1"}),
    ("GET", "/message_template_library", {"name_or_content": "a", "language": ["en"]}),
    ("POST", "/me/unlink_accounts", {"psid": ANA}),
    ("GET", "/me", {"fields": "id,name", "account_linking_token": "t"}),
    ("GET", "/", {"ids": f"me,{ANA}", "fields": "id"}),
    ("POST", "/app/subscriptions", {"object": "page", "fields": ["messages"], "include_values": True}),
    ("GET", "/debug_token", {"input_token": "t"}),
    ("GET", "/sticker_packs", PAGING),
    ("GET", "/sticker_search", {"q": "a", **PAGING}),
    ("POST", "/", {"batch": BATCH, "include_headers": False}),
]

#: What stands where something else belongs.
KINDS = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        10**30,
        "",
        "x",
        "\x1b[31m\u202e\x9b",
        "\nFORGED\n",
        "\ud800",
        "9" * 30,
        "٣",
        "true",
    ),
    *(
        [],
        {},
        [None],
        [{}],
        [[]],
        {"id": {}},
        {"type": {}},
        [1, "x"],
        "{",
        "[1]",
        "{a:[b]}",
        "0001-01-01T00:00:00+23:00",
    ),
    *("9999-12-31", "-1", "{result=a:$.*}", "a{b{c}}", "id.limit(x)", "%00", "a,b,c", "me", "t_1"),
]


#: What a terminal obeys, or what turns a line around.
HARMFUL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def places(value, path=()):
    """Give the path of every value inside a value, and of the value itself."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def replaced(value, path, new):
    """Give a copy with another value at a path."""
    if not path:
        return new
    changed = copy.deepcopy(value)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return changed
