"""Routes: from the version, the object and the edge of a path to the function that answers.

A new part of the API is a module and a line in `_ROUTES`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.edges.messages import attachments, comments, message_templates, notifications, stickers, uploads
from adaptor.sandbox.edges.messages.messages import send
from adaptor.sandbox.edges.page import apps, insights, page, profile, welcome_flows
from adaptor.sandbox.edges.people import (
    account_linking,
    conversations,
    labels,
    moderation,
    personas,
    thread_control,
    user_menus,
    users,
)
from adaptor.sandbox.edges.people.people import read_profile
from adaptor.sandbox.meta import limits, versions
from adaptor.sandbox.meta.errors import (
    NO_SUCH_MESSAGE,
    PAGE_TOKEN_NEEDED,
    USER_TOKEN_NEEDED,
    Refused,
    app_token_needed,
    invalid,
    unknown_object,
    unknown_path,
    unsupported,
)
from adaptor.sandbox.rules.access import APP, PAGE, USER, check_access
from adaptor.sandbox.rules.protocol import check_protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.simulation import Simulation
    from adaptor.sandbox.state.page_state import PageState
    from adaptor.sandbox.webhooks.webhooks import Webhooks

    Handler = Callable[[GraphCall, PageState], Any]
    NotifyingHandler = Callable[[GraphCall, PageState, Webhooks], Any]

# (kind of object, edge, method). An edge of "" is the object itself.
_ROUTES: Final[Mapping[tuple[str, str, str], Handler]] = {
    ("page", "", "GET"): page.read_page,
    ("page", "message_attachments", "POST"): attachments.upload,
    ("page", "messenger_profile", "GET"): profile.read,
    ("page", "messenger_profile", "POST"): profile.write,
    ("page", "messenger_profile", "DELETE"): profile.delete,
    ("page", "custom_user_settings", "GET"): user_menus.read,
    ("page", "custom_user_settings", "POST"): user_menus.write,
    ("page", "custom_user_settings", "DELETE"): user_menus.delete,
    ("page", "personas", "GET"): personas.list_all,
    ("page", "personas", "POST"): personas.create,
    ("persona", "", "GET"): personas.read,
    ("persona", "", "DELETE"): personas.delete,
    ("person", "", "GET"): read_profile,
    ("person", "custom_labels", "GET"): labels.list_of_person,
    ("page", "custom_labels", "GET"): labels.list_all,
    ("page", "custom_labels", "POST"): labels.create,
    ("label", "", "GET"): labels.read,
    ("page", "conversations", "GET"): conversations.list_all,
    ("page", "threads", "GET"): conversations.list_all,
    ("conversation", "", "GET"): conversations.read,
    ("conversation", "messages", "GET"): conversations.list_messages,
    ("message", "", "GET"): conversations.read_message,
    ("message", "attachments", "GET"): conversations.list_attachments,
    ("page", "moderate_conversations", "POST"): moderation.moderate,
    ("page", "blocked", "GET"): moderation.list_blocked,
    ("comment", "comments", "POST"): comments.reply,
    ("page", "welcome_message_flows", "GET"): welcome_flows.list_all,
    ("page", "welcome_message_flows", "POST"): welcome_flows.write,
    ("page", "welcome_message_flows", "DELETE"): welcome_flows.delete,
    ("page", "take_thread_control", "POST"): thread_control.take,
    ("page", "request_thread_control", "POST"): thread_control.request,
    ("page", "release_thread_control", "POST"): thread_control.release,
    ("page", "extend_thread_control", "POST"): thread_control.extend,
    ("page", "thread_owner", "GET"): thread_control.read_owner,
    ("page", thread_control.RECEIVERS, "GET"): thread_control.list_receivers,
    ("page", "subscribed_apps", "GET"): apps.list_subscribed,
    ("page", "subscribed_apps", "POST"): apps.subscribe_page,
    ("page", "subscribed_apps", "DELETE"): apps.unsubscribe_page,
    ("page", "messaging_feature_review", "GET"): page.read_reviews,
    ("page", "nlp_configs", "POST"): page.configure_nlp,
    ("page", "notification_message_tokens", "GET"): notifications.list_tokens,
    ("page", "insights", "GET"): insights.read,
    ("page", "message_templates", "GET"): message_templates.list_all,
    ("template", "", "GET"): message_templates.read,
    ("message_template_library", "", "GET"): message_templates.search_library,
    ("app", "", "GET"): apps.read,
    ("app", "subscriptions", "GET"): apps.list_subscriptions,
    ("app", "subscriptions", "DELETE"): apps.unsubscribe,
    ("app", "uploads", "POST"): uploads.start,
    ("upload", "", "GET"): uploads.read,
    ("upload", "", "POST"): uploads.receive,
    ("debug_token", "", "GET"): apps.debug_token,
    ("user", "", "GET"): users.read_user,
    ("user", "accounts", "GET"): users.list_accounts,
    ("oauth", "access_token", "GET"): users.exchange,
    ("oauth", "access_token", "POST"): users.exchange,
    ("sticker_packs", "", "GET"): stickers.list_packs,
    ("sticker_pack", "stickers", "GET"): stickers.list_stickers,
    ("sticker_search", "", "GET"): stickers.search,
}
# These handlers also need the webhooks: they notify subscribers, or do the handshake with one.
_NOTIFYING_ROUTES: Final[Mapping[tuple[str, str, str], NotifyingHandler]] = {
    ("page", "messages", "POST"): send,
    ("label", "", "DELETE"): labels.delete,
    ("label", "label", "POST"): labels.assign,
    ("label", "label", "DELETE"): labels.remove,
    ("page", "unlink_accounts", "POST"): account_linking.unlink,
    ("page", "pass_thread_control", "POST"): thread_control.pass_on,
    ("page", "message_templates", "POST"): message_templates.create,
    ("page", "message_templates", "DELETE"): message_templates.delete,
    ("template", "", "POST"): message_templates.update,
    ("app", "subscriptions", "POST"): apps.subscribe,
}
_EDGES: Final = frozenset((kind, edge) for kind, edge, _ in (*_ROUTES, *_NOTIFYING_ROUTES))
# Objects at the root of the API; and the owners whose tokens an object accepts, by default the Page.
_ROOT: Final = frozenset({"message_template_library", "debug_token", "sticker_packs", "sticker_search"})
_TOKENS: Final = {
    "app": {APP},
    "debug_token": {APP, USER, PAGE},
    "sticker_packs": {APP, PAGE},
    "sticker_pack": {APP, PAGE},
    "sticker_search": {APP, PAGE},
    "message_template_library": {PAGE, USER, APP},
    "user": {USER},
    "upload": {USER},
}
# Edges that accept the tokens of other owners than their object does.
_EDGE_TOKENS: Final = {("app", "uploads"): {USER}}
_LOGIN: Final = ("oauth", "access_token")
_POST: Final = re.compile(r"\d+(_\d+)+")
_VERSION: Final = re.compile(r"v(\d{1,3})\.(\d{1,2})")


def route(call: GraphCall, simulation: Simulation) -> Any:
    """Answer a call whose path has been read, or raise `Refused`."""
    page = simulation.page
    if call.segments == _LOGIN and ("oauth", "access_token", call.method) in _ROUTES:
        # This call gets a token, and needs none.
        return _ROUTES["oauth", "access_token", call.method](call, page)
    check_access(call, page)
    check_protocol(call, page.clock.now())
    if not call.segments:
        if call.method == "GET" and call.parameters.get("ids"):
            return _read_many(call, simulation)
        raise unsupported(call.method)
    name, edge = call.segments[0], call.edge
    if name == "sticker_packs" and edge:
        # A pack has its id after the name of the collection.
        name, edge = call.segments[1], "/".join(call.segments[2:])
        kind = "sticker_pack"
    else:
        kind = _kind_of(name, call, page)
    key = (kind, edge, call.method)
    if edge == thread_control.RECEIVERS and call.answering >= versions.SECONDARY_RECEIVERS:
        raise unknown_path(f"/{edge}")
    if key not in _ROUTES and key not in _NOTIFYING_ROUTES:
        raise _no_route(call, kind, edge, name)
    allowed = _EDGE_TOKENS.get((kind, edge)) or _TOKENS.get(kind, {PAGE})
    if call.identity not in allowed:
        raise _other_token_needed(allowed)
    simulation.rate_limiter.check(call)
    if key in _ROUTES:
        return _ROUTES[key](call, page)
    return _NOTIFYING_ROUTES[key](call, page, simulation.webhooks)


def _other_token_needed(allowed: set[str]) -> Refused:
    if allowed == {APP}:
        return app_token_needed()
    return Refused(USER_TOKEN_NEEDED if allowed == {USER} else PAGE_TOKEN_NEEDED)


def _no_route(call: GraphCall, kind: str, edge: str, name: str) -> Refused:
    if kind == "":
        return unknown_object(call.method, name)
    if kind == "deleted message":
        return Refused(NO_SUCH_MESSAGE)
    if (kind, edge) in _EDGES:
        return unsupported(call.method)
    return unknown_path(f"/{edge}")


def read_path(call: GraphCall, now: datetime) -> None:
    """Split the path, and choose the version that answers.

    A version newer than all that the sandbox knows is answered as the newest of these, so that a client can be set to a
    new one at once; the header `facebook-api-version` says which. Meta itself refuses a version that does not exist:
    2500, "Unknown path components: /me".
    """
    segments = tuple(part for part in call.path.split("/") if part)
    match = _VERSION.fullmatch(segments[0]) if segments else None
    asked = None
    if match:
        call.version_asked = True
        asked = (int(match[1]), int(match[2]))
        segments = segments[1:]
    call.answering = versions.answering(asked, now)
    call.segments = segments


def _read_many(call: GraphCall, simulation: Simulation) -> dict[str, Any]:
    """Answer `?ids=a,b`: read several objects in one call."""
    names = list(dict.fromkeys(call.words("ids")))
    if len(names) > limits.BATCH:
        raise invalid(f"Too many IDs. Maximum: {limits.BATCH}. Provided: {len(names)}.")
    found = {}
    for name in names:
        call.segments = (name,)
        found[name] = route(call, simulation)
    return found


def _kind_of(name: str, call: GraphCall, page: PageState) -> str:
    if name == "me":
        return {PAGE: "page", USER: "user", APP: "app"}[call.identity]
    if name == page.page_id:
        return "page"
    if name in {page.app_id, "app"}:
        return "app"
    if name in _ROOT:
        return name
    if name.startswith("upload:"):
        return "upload"
    if _POST.fullmatch(name):
        return "comment" if page.anybody_exists or name in page.posts or name in page.comments else ""
    if name.startswith("t_"):
        return "conversation" if name in page.conversations else ""
    if name in page.by_id:
        return "message"
    if name.startswith(("m_", "mid.")):
        return "deleted message"
    if not (name.isascii() and name.isdigit()):
        return ""
    for kind, known in (("persona", page.personas), ("label", page.labels), ("template", page.template_ids)):
        if name in known:
            return kind
    return "person" if page.anybody_exists or name in page.people else ""
