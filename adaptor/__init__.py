"""Write Messenger jobs as short Python scripts: operations that take a state and return the next one.

```python
from adaptor import each, execute, send_text, state

remind = each(state.data.patients, send_text(state.data.psid, f"Hello {state.data.name}."))
execute(remind)({"data": {...}, "configuration": {"access_token": "…"}})
```
"""

from __future__ import annotations

# Not from `typing`: importing that takes longer than all of a small job.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .common import http
    from .common.control import as_, assert_, combine, fn_if, group
    from .common.csv import parse_csv
    from .common.cursor import cursor
    from .common.data import (
        data_path,
        data_value,
        field,
        fields,
        index,
        join,
        merge,
        source,
        source_value,
    )
    from .common.http.errors import HttpError
    from .common.lists import array_to_string, chunk, to_array
    from .common.log import debug, log
    from .common.loop import each, map_, try_each
    from .common.objects import json_value, split_keys
    from .common.references import last_reference_value, reference_path
    from .common.schema import validate
    from .common.text import human_proper, scrub_emojis
    from .common.times import local_time
    from .core.arguments import expand_references
    from .core.errors import (
        AdaptorError,
        ConditionIsText,
        ConfigurationError,
        DeliveryUnknown,
        InvalidMessage,
        InvalidValue,
        ItemsFailed,
        JobError,
        LazyStateError,
        MissingReference,
        NotSent,
        UnreadableRow,
        WrongCall,
    )
    from .core.execute import execute, fn
    from .core.lazy import state
    from .core.operation import Operation
    from .core.state import State, compose_next_state
    from .core.version import __version__
    from .graph.anything import graph_request
    from .graph.batch import batch
    from .graph.errors import (
        GraphError,
        InvalidRequest,
        PermissionMissing,
        PolicyBlocked,
        RateLimited,
        RecipientUnavailable,
        TemporaryFailure,
        TokenInvalid,
        WindowClosed,
    )
    from .messenger.actions import mark_seen, react, typing_off, typing_on, unreact
    from .messenger.app import create_subscription, debug_token, delete_subscription, list_subscriptions
    from .messenger.attachments import upload_attachment
    from .messenger.broadcast.operation import broadcast
    from .messenger.content import (
        account_link_button,
        account_unlink_button,
        button_template,
        call_button,
        coupon_template,
        customer_feedback_template,
        customer_information_template,
        element,
        feedback_question,
        game_play_button,
        generic_template,
        grid_image,
        image_grid_template,
        instant_form_template,
        media_template,
        postback_button,
        product_template,
        quick_reply,
        quick_reply_email,
        quick_reply_phone,
        receipt_element,
        receipt_template,
        url_button,
    )
    from .messenger.conversations import get_conversation, get_message, list_conversations, list_messages
    from .messenger.labels import (
        assign_label,
        create_label,
        delete_label,
        get_label,
        list_labels,
        list_user_labels,
        remove_label,
    )
    from .messenger.media import send_audio, send_file, send_image, send_video
    from .messenger.notifications import list_notification_tokens
    from .messenger.page import (
        get_insights,
        get_page,
        list_feature_reviews,
        list_subscribed_apps,
        set_nlp_configs,
        subscribe_app,
        unsubscribe_app,
    )
    from .messenger.people import (
        block_user,
        get_account_link,
        get_user_profile,
        moderate_conversations,
        unblock_user,
        unlink_account,
    )
    from .messenger.personas import create_persona, delete_persona, get_persona, list_personas
    from .messenger.pictures import send_images, send_sticker
    from .messenger.profile.parts import ice_breaker, menu_item
    from .messenger.profile.properties import (
        delete_messenger_profile,
        get_messenger_profile,
        set_account_linking_url,
        set_commands,
        set_get_started,
        set_greeting,
        set_ice_breakers,
        set_messenger_profile,
        set_persistent_menu,
        set_whitelisted_domains,
    )
    from .messenger.profile.user_menu import delete_user_menu, get_user_menu, set_user_menu
    from .messenger.routing import (
        extend_thread_control,
        get_messaging_feature_status,
        get_thread_owner,
        list_secondary_receivers,
        pass_thread_control,
        release_thread_control,
        request_thread_control,
        take_thread_control,
    )
    from .messenger.send import post_message, private_reply, send_message, send_template, send_text
    from .messenger.stickers import list_sticker_packs, list_stickers, search_stickers
    from .messenger.template_parts import template_body, template_buttons, template_header
    from .messenger.utility import send_utility
    from .messenger.utility_templates import (
        create_message_template,
        delete_message_template,
        get_message_template,
        list_message_templates,
        search_template_library,
        update_message_template,
    )

__all__ = [
    "AdaptorError",
    "ConditionIsText",
    "ConfigurationError",
    "DeliveryUnknown",
    "GraphError",
    "HttpError",
    "InvalidMessage",
    "InvalidRequest",
    "InvalidValue",
    "ItemsFailed",
    "JobError",
    "LazyStateError",
    "MissingReference",
    "NotSent",
    "Operation",
    "PermissionMissing",
    "PolicyBlocked",
    "RateLimited",
    "RecipientUnavailable",
    "State",
    "TemporaryFailure",
    "TokenInvalid",
    "UnreadableRow",
    "WindowClosed",
    "WrongCall",
    "__version__",
    "account_link_button",
    "account_unlink_button",
    "array_to_string",
    "as_",
    "assert_",
    "assign_label",
    "batch",
    "block_user",
    "broadcast",
    "button_template",
    "call_button",
    "chunk",
    "combine",
    "compose_next_state",
    "coupon_template",
    "create_label",
    "create_message_template",
    "create_persona",
    "create_subscription",
    "cursor",
    "customer_feedback_template",
    "customer_information_template",
    "data_path",
    "data_value",
    "debug",
    "debug_token",
    "delete_label",
    "delete_message_template",
    "delete_messenger_profile",
    "delete_persona",
    "delete_subscription",
    "delete_user_menu",
    "each",
    "element",
    "execute",
    "expand_references",
    "extend_thread_control",
    "feedback_question",
    "field",
    "fields",
    "fn",
    "fn_if",
    "game_play_button",
    "generic_template",
    "get_account_link",
    "get_conversation",
    "get_insights",
    "get_label",
    "get_message",
    "get_message_template",
    "get_messaging_feature_status",
    "get_messenger_profile",
    "get_page",
    "get_persona",
    "get_thread_owner",
    "get_user_menu",
    "get_user_profile",
    "graph_request",
    "grid_image",
    "group",
    "http",
    "human_proper",
    "ice_breaker",
    "image_grid_template",
    "index",
    "instant_form_template",
    "join",
    "json_value",
    "last_reference_value",
    "list_conversations",
    "list_feature_reviews",
    "list_labels",
    "list_message_templates",
    "list_messages",
    "list_notification_tokens",
    "list_personas",
    "list_secondary_receivers",
    "list_sticker_packs",
    "list_stickers",
    "list_subscribed_apps",
    "list_subscriptions",
    "list_user_labels",
    "local_time",
    "log",
    "map_",
    "mark_seen",
    "media_template",
    "menu_item",
    "merge",
    "moderate_conversations",
    "parse_csv",
    "pass_thread_control",
    "post_message",
    "postback_button",
    "private_reply",
    "product_template",
    "quick_reply",
    "quick_reply_email",
    "quick_reply_phone",
    "react",
    "receipt_element",
    "receipt_template",
    "reference_path",
    "release_thread_control",
    "remove_label",
    "request_thread_control",
    "scrub_emojis",
    "search_stickers",
    "search_template_library",
    "send_audio",
    "send_file",
    "send_image",
    "send_images",
    "send_message",
    "send_sticker",
    "send_template",
    "send_text",
    "send_utility",
    "send_video",
    "set_account_linking_url",
    "set_commands",
    "set_get_started",
    "set_greeting",
    "set_ice_breakers",
    "set_messenger_profile",
    "set_nlp_configs",
    "set_persistent_menu",
    "set_user_menu",
    "set_whitelisted_domains",
    "source",
    "source_value",
    "split_keys",
    "state",
    "subscribe_app",
    "take_thread_control",
    "template_body",
    "template_buttons",
    "template_header",
    "to_array",
    "try_each",
    "typing_off",
    "typing_on",
    "unblock_user",
    "unlink_account",
    "unreact",
    "unsubscribe_app",
    "update_message_template",
    "upload_attachment",
    "url_button",
    "validate",
]

#: Where each name lives. A module is imported when one of its names is first asked for, so that a job loads only what
#: it uses.
_ROOMS = {
    "common.control": ("as_", "assert_", "combine", "fn_if", "group"),
    "common": ("http",),
    "common.csv": ("parse_csv",),
    "common.cursor": ("cursor",),
    "common.data": (
        "data_path",
        "data_value",
        "field",
        "fields",
        "index",
        "join",
        "merge",
        "source",
        "source_value",
    ),
    "common.log": ("debug", "log"),
    "common.loop": ("each", "map_", "try_each"),
    "common.lists": ("array_to_string", "chunk", "to_array"),
    "common.objects": ("json_value", "split_keys"),
    "common.references": ("last_reference_value", "reference_path"),
    "common.schema": ("validate",),
    "common.text": ("human_proper", "scrub_emojis"),
    "common.times": ("local_time",),
    "common.http.errors": ("HttpError",),
    "core.errors": (
        "AdaptorError",
        "ConditionIsText",
        "ConfigurationError",
        "DeliveryUnknown",
        "InvalidMessage",
        "InvalidValue",
        "ItemsFailed",
        "JobError",
        "LazyStateError",
        "MissingReference",
        "NotSent",
        "UnreadableRow",
        "WrongCall",
    ),
    "core.arguments": ("expand_references",),
    "core.lazy": ("state",),
    "core.execute": ("execute", "fn"),
    "core.operation": ("Operation",),
    "core.state": (
        "State",
        "compose_next_state",
    ),
    "core.version": ("__version__",),
    "graph.anything": ("graph_request",),
    "graph.batch": ("batch",),
    "graph.errors": (
        "GraphError",
        "InvalidRequest",
        "PermissionMissing",
        "PolicyBlocked",
        "RateLimited",
        "RecipientUnavailable",
        "TemporaryFailure",
        "TokenInvalid",
        "WindowClosed",
    ),
    "messenger.content": (
        "account_link_button",
        "account_unlink_button",
        "button_template",
        "call_button",
        "coupon_template",
        "customer_feedback_template",
        "customer_information_template",
        "element",
        "feedback_question",
        "game_play_button",
        "generic_template",
        "grid_image",
        "image_grid_template",
        "instant_form_template",
        "media_template",
        "postback_button",
        "product_template",
        "quick_reply",
        "quick_reply_email",
        "quick_reply_phone",
        "receipt_element",
        "receipt_template",
        "url_button",
    ),
    "messenger.actions": ("mark_seen", "react", "typing_off", "typing_on", "unreact"),
    "messenger.attachments": ("upload_attachment",),
    "messenger.broadcast.operation": ("broadcast",),
    "messenger.media": ("send_audio", "send_file", "send_image", "send_video"),
    "messenger.pictures": ("send_images", "send_sticker"),
    "messenger.send": ("post_message", "private_reply", "send_message", "send_template", "send_text"),
    "messenger.utility": ("send_utility",),
    "messenger.app": (
        "create_subscription",
        "debug_token",
        "delete_subscription",
        "list_subscriptions",
    ),
    "messenger.conversations": (
        "get_conversation",
        "get_message",
        "list_conversations",
        "list_messages",
    ),
    "messenger.labels": (
        "assign_label",
        "create_label",
        "delete_label",
        "get_label",
        "list_labels",
        "list_user_labels",
        "remove_label",
    ),
    "messenger.notifications": ("list_notification_tokens",),
    "messenger.page": (
        "get_insights",
        "get_page",
        "list_feature_reviews",
        "list_subscribed_apps",
        "set_nlp_configs",
        "subscribe_app",
        "unsubscribe_app",
    ),
    "messenger.people": (
        "block_user",
        "get_account_link",
        "get_user_profile",
        "moderate_conversations",
        "unblock_user",
        "unlink_account",
    ),
    "messenger.personas": (
        "create_persona",
        "delete_persona",
        "get_persona",
        "list_personas",
    ),
    "messenger.profile.parts": (
        "ice_breaker",
        "menu_item",
    ),
    "messenger.profile.properties": (
        "delete_messenger_profile",
        "get_messenger_profile",
        "set_account_linking_url",
        "set_commands",
        "set_get_started",
        "set_greeting",
        "set_ice_breakers",
        "set_messenger_profile",
        "set_persistent_menu",
        "set_whitelisted_domains",
    ),
    "messenger.profile.user_menu": (
        "delete_user_menu",
        "get_user_menu",
        "set_user_menu",
    ),
    "messenger.routing": (
        "extend_thread_control",
        "get_messaging_feature_status",
        "get_thread_owner",
        "list_secondary_receivers",
        "pass_thread_control",
        "release_thread_control",
        "request_thread_control",
        "take_thread_control",
    ),
    "messenger.stickers": (
        "list_sticker_packs",
        "list_stickers",
        "search_stickers",
    ),
    "messenger.template_parts": (
        "template_body",
        "template_buttons",
        "template_header",
    ),
    "messenger.utility_templates": (
        "create_message_template",
        "delete_message_template",
        "get_message_template",
        "list_message_templates",
        "search_template_library",
        "update_message_template",
    ),
}
_MODULES = {name: module for module, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module 'adaptor' has no attribute {name!r}")
    from importlib import import_module

    room = import_module(f"{__name__}.{module}")
    # The name is something in the module, or itself a module of the room.
    value = getattr(room, name) if hasattr(room, name) else import_module(f"{room.__name__}.{name}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
