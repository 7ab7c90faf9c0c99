"""What each operation needs: permissions that a token is granted, and features that Meta reviews.

Permissions are named as in Meta's reference, https://developers.facebook.com/docs/permissions; which call needs which
stands on the page that is the source of each row (checked 2026-11-24). Rows marked `uncertain` follow from the others:
Meta's page does not say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...core.values.arguments import known
from ...graph.operation import GraphOperation

if TYPE_CHECKING:
    from ...core.operation import Operation

_PLATFORM = "https://developers.facebook.com/documentation/business-messaging/messenger-platform"
_GRAPH = "https://developers.facebook.com/docs/graph-api/reference"

#: What a permission lets a token do, in words.
IN_WORDS = {
    "pages_messaging": "write to people who have written to the Page, read their names, set up the Messenger profile",
    "pages_manage_metadata": "subscribe the app to what happens on the Page, read conversations",
    "pages_read_engagement": "read conversations and what the Page has published",
    "pages_show_list": "see which Pages a person manages",
    "page_utility_messaging": "make utility templates and send them at any time",
    "read_insights": "read numbers on how the Page does",
    "business_management": "manage the business that owns the Page",
    "pages_user_locale": "read the language of people",
    "pages_user_timezone": "read the time zone of people",
    "pages_user_gender": "read the gender of people",
    "pages_manage_engagement": "answer and hide comments on the Page",
    "pages_manage_posts": "publish as the Page",
    "pages_read_user_content": "read what people write on the Page",
    "instagram_manage_messages": "read and answer messages of the linked Instagram account",
    "instagram_basic": "read the profile of the linked Instagram account",
    "public_profile": "read the public profile of the person behind the token",
    "email": "read the e-mail address of the person behind the token",
}

HUMAN_AGENT = "Human Agent"
PROFILE_ACCESS = "Business Asset User Profile Access"


class Need(NamedTuple):
    """What an operation needs.

    Attributes:
        permissions: What the token has to be granted.
        features: What the app has to pass in Meta's review besides; no token shows it.
        app: It is made with the app's own token: `app_id` and `app_secret` of the credential.
        source: Meta's page.
        is_known: False where it depends on what is asked for.
    """

    permissions: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    app: bool = False
    source: str = ""
    is_known: bool = True


_SEND = Need(("pages_messaging",), source=f"{_PLATFORM}/send-messages")
_UTILITY = Need(("page_utility_messaging",), source=f"{_PLATFORM}/send-messages/utility-messages")
_TEMPLATES = Need(("page_utility_messaging",), source=f"{_GRAPH}/page/message_templates")
_PROFILE = Need(("pages_messaging",), source=f"{_PLATFORM}/reference/messenger-profile-api")
_PERSONAS = Need(("pages_messaging",), source=f"{_PLATFORM}/send-messages/personas")
_PERSON = Need(("pages_messaging",), (PROFILE_ACCESS,), source=f"{_PLATFORM}/identity/user-profile")
_LABELS = Need(("pages_messaging",), source=f"{_PLATFORM}/identity/custom-labels")  # uncertain
_LINKING = Need(("pages_messaging",), source=f"{_PLATFORM}/identity/account-linking")  # uncertain
_MODERATION = Need(("pages_messaging",), source=f"{_GRAPH}/page/moderate_conversations")  # uncertain
_CONVERSATIONS = Need(
    ("pages_messaging", "pages_read_engagement", "pages_manage_metadata"), source=f"{_PLATFORM}/conversations"
)
_ROUTING = Need(("pages_messaging",), source=f"{_PLATFORM}/conversation-routing")
_SUBSCRIBED = Need(("pages_manage_metadata",), source=f"{_GRAPH}/page/subscribed_apps")
_APP = Need(app=True, source=f"{_GRAPH}/app/subscriptions")
_STICKERS = Need(app=True, source=f"{_PLATFORM}/send-messages/stickers")

#: Operation -> what it needs.
PERMISSIONS: dict[str, Need] = {
    "send_text": _SEND,
    "send_image": _SEND,
    "send_images": _SEND,
    "send_audio": _SEND,
    "send_video": _SEND,
    "send_file": _SEND,
    "send_sticker": _SEND,
    "private_reply": _SEND,
    "upload_attachment": _SEND,
    "send_template": _SEND,
    "send_message": _SEND,
    "post_message": _SEND,
    "send_utility": _UTILITY,
    "typing_on": _SEND,
    "typing_off": _SEND,
    "mark_seen": _SEND,
    "react": _SEND,
    "unreact": _SEND,
    "get_messenger_profile": _PROFILE,
    "set_messenger_profile": _PROFILE,
    "delete_messenger_profile": _PROFILE,
    "set_get_started": _PROFILE,
    "set_greeting": _PROFILE,
    "set_ice_breakers": _PROFILE,
    "set_persistent_menu": _PROFILE,
    "set_commands": _PROFILE,
    "set_whitelisted_domains": _PROFILE,
    "set_account_linking_url": _PROFILE,
    "get_user_menu": _PROFILE,
    "set_user_menu": _PROFILE,
    "delete_user_menu": _PROFILE,
    "create_persona": _PERSONAS,
    "get_persona": _PERSONAS,
    "list_personas": _PERSONAS,
    "delete_persona": _PERSONAS,
    "get_user_profile": _PERSON,
    "get_account_link": _LINKING,
    "unlink_account": _LINKING,
    "block_user": _MODERATION,
    "unblock_user": _MODERATION,
    "moderate_conversations": _MODERATION,
    "create_label": _LABELS,
    "get_label": _LABELS,
    "list_labels": _LABELS,
    "list_user_labels": _LABELS,
    "assign_label": _LABELS,
    "remove_label": _LABELS,
    "delete_label": _LABELS,
    "list_conversations": _CONVERSATIONS,
    "get_conversation": _CONVERSATIONS,
    "list_messages": _CONVERSATIONS,
    "get_message": _CONVERSATIONS,
    "pass_thread_control": _ROUTING,
    "take_thread_control": _ROUTING,
    "request_thread_control": _ROUTING,
    "release_thread_control": _ROUTING,
    "extend_thread_control": _ROUTING,
    "get_thread_owner": _ROUTING,
    "list_secondary_receivers": _ROUTING,
    "get_messaging_feature_status": _ROUTING,
    # Id and name can be read with any token of the Page.
    "get_page": Need(source=f"{_GRAPH}/page"),
    "subscribe_app": _SUBSCRIBED,
    "list_subscribed_apps": _SUBSCRIBED,
    "unsubscribe_app": _SUBSCRIBED,
    "list_feature_reviews": Need(("pages_messaging",), source=f"{_GRAPH}/page/messaging_feature_review"),
    "set_nlp_configs": Need(("pages_messaging",), source=f"{_GRAPH}/page/nlp_configs"),  # uncertain
    "get_insights": Need(
        ("read_insights", "pages_read_engagement"), source=f"{_PLATFORM}/analytics/messaging-insights"
    ),
    "list_notification_tokens": Need(("pages_messaging",), source=f"{_GRAPH}/page/notification_message_tokens"),
    "create_message_template": _TEMPLATES,
    "update_message_template": _TEMPLATES,
    "get_message_template": _TEMPLATES,
    "list_message_templates": _TEMPLATES,
    "delete_message_template": _TEMPLATES,
    "search_template_library": _UTILITY,
    "create_subscription": _APP,
    "list_subscriptions": _APP,
    "delete_subscription": _APP,
    "debug_token": _APP._replace(source=f"{_GRAPH}/debug_token"),
    "list_sticker_packs": _STICKERS,
    "list_stickers": _STICKERS,
    "search_stickers": _STICKERS,
    "graph_request": Need(source=f"{_GRAPH}", is_known=False),
}

#: Fields of a person that need a permission of their own.
#: Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/user-profile
_OF_FIELDS = {field: f"pages_user_{field}" for field in ("locale", "timezone", "gender")}


def need_of(operation: Operation) -> Need:
    """Return what an operation needs, with what its arguments add as far as they are known."""
    need = PERMISSIONS.get(operation.name, Need(is_known=False))
    if tag_of(operation) == "HUMAN_AGENT":
        return need._replace(features=(*need.features, HUMAN_AGENT))
    if operation.name == "graph_request" and operation.kwargs.get("access") == "app":
        return need._replace(app=True)
    if operation.name == "get_user_profile":
        fields = operation.kwargs.get("fields")
        names = fields.split(",") if isinstance(fields, str) else fields if isinstance(fields, list | tuple) else ()
        more = [_OF_FIELDS[name] for name in names if isinstance(name, str) and name in _OF_FIELDS]
        return need._replace(permissions=(*need.permissions, *more))
    return need


def tag_of(operation: Operation) -> str | None:
    """Return the tag of the message that an operation sends; None where it has none, or none that is known yet."""
    body = known(operation.draft.body) if isinstance(operation, GraphOperation) else None
    tag = body.get("tag") if isinstance(body, dict) else None
    return tag if isinstance(tag, str) else None
