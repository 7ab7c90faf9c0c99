"""Apps and their subscriptions: `/{PAGE_ID}/subscribed_apps`, `/{APP_ID}/subscriptions`, `/debug_token`.

https://developers.facebook.com/docs/graph-api/reference/app/subscriptions
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.edges.people.users import USER_ID
from adaptor.sandbox.meta.errors import FAULTS, callback_failed, invalid
from adaptor.sandbox.meta.webhook_fields import FIELDS
from adaptor.sandbox.request.fields import read_fields, select
from adaptor.sandbox.request.request_object import is_url
from adaptor.sandbox.rules.access import APP, PAGE, USER, has_ended, identify
from adaptor.sandbox.state.objects import Subscription, Token

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.page_state import PageState
    from adaptor.sandbox.webhooks.webhooks import Webhooks

_SUCCESS: Final = {"success": True}
_OBJECTS: Final = ("page", "user", "permissions", "instagram")
# Access to people's data ends 90 days after the person has last used the app.
_DATA_ACCESS: Final = timedelta(days=90)
_SHORT: Final = timedelta(hours=1)


def subscribe_page(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Subscribe this app to fields of the Page."""
    fields = call.words("subscribed_fields")
    if not fields:
        raise invalid("The parameter subscribed_fields is required.")
    for index, field in enumerate(fields):
        if field not in FIELDS:
            raise invalid(
                f'Param subscribed_fields[{index}] must be one of {{{", ".join(sorted(FIELDS))}}} - got "{field}".'
            )
    page.subscribed[page.app_id] = fields
    page.changed("subscription")
    return dict(_SUCCESS)


def list_subscribed(call: GraphCall, page: PageState) -> dict[str, Any]:
    """List the apps that are subscribed to the Page, each with its fields."""
    fields = read_fields(call.parameters.get("fields"))
    return {"data": [_show(page, app, names, fields) for app, names in page.subscribed.items()]}


def unsubscribe_page(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Unsubscribe this app from the Page."""
    page.subscribed.pop(page.app_id, None)
    page.changed("subscription")
    return dict(_SUCCESS)


def _show(page: PageState, app: str, names: list[str], fields: tuple[Any, ...]) -> dict[str, Any]:
    known = {
        "category": lambda _: "Business",
        "link": lambda _: f"https://www.facebook.com/games/?app_id={app}",
        "name": lambda _: page.apps[app].name,
        "id": lambda _: app,
        "subscribed_fields": lambda _: names,
    }
    return select(fields, known, tuple(known), "Application")


def read(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the app."""
    known = {"name": lambda _: page.app_name, "id": lambda _: page.app_id}
    return select(read_fields(call.parameters.get("fields")), known, ("name", "id"), "Application")


def subscribe(call: GraphCall, page: PageState, webhooks: Webhooks) -> dict[str, Any]:
    """Set the address for webhooks, after the handshake with it."""
    given = call.parameters
    kind = given.get("object")
    if kind not in _OBJECTS:
        raise invalid(f'Param object must be one of {{{", ".join(_OBJECTS)}}} - got "{kind}".')
    for name in ("callback_url", "verify_token"):
        if not given.get(name):
            raise invalid(f"The parameter {name} is required")
    url = str(given["callback_url"])
    if not is_url(url):
        raise invalid("callback_url should represent a valid URL")
    fields = call.words("fields")
    for field in fields:
        if kind == "page" and field not in FIELDS:
            raise invalid(f'Param fields must be one of {{{", ".join(sorted(FIELDS))}}} - got "{field}".')
    problem = webhooks.verify_callback(url, str(given["verify_token"]))
    if problem:
        raise callback_failed(problem)
    old = page.subscriptions.get(str(kind))
    versions = {**(old.fields if old is not None else {}), **dict.fromkeys(fields, call.version)}
    for name in ("include_values", "include_client_certificate"):
        if str(given.get(name, "true")).lower() not in {"true", "false", "1", "0"}:
            raise invalid(f"Param {name} must be a boolean")
    values = str(given.get("include_values", "true")).lower() not in {"false", "0"}
    page.subscriptions[str(kind)] = Subscription(str(kind), url, str(given["verify_token"]), versions, values)
    page.changed("subscription")
    return dict(_SUCCESS)


def list_subscriptions(call: GraphCall, page: PageState) -> dict[str, Any]:
    """List the addresses for webhooks."""
    return {
        "data": [
            {
                "object": each.object,
                "callback_url": each.callback_url,
                "active": each.active,
                "fields": [{"name": name, "version": version} for name, version in each.fields.items()],
            }
            for each in page.subscriptions.values()
        ]
    }


def unsubscribe(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Delete the subscription of one object, or some of its fields; without an object, all subscriptions."""
    kind, fields = call.parameters.get("object"), call.words("fields")
    if kind is None:
        page.subscriptions.clear()
    elif fields and str(kind) in page.subscriptions:
        for field in fields:
            page.subscriptions[str(kind)].fields.pop(field, None)
    else:
        page.subscriptions.pop(str(kind), None)
    page.changed("subscription")
    return dict(_SUCCESS)


def debug_token(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Describe a token."""
    given = str(call.parameters.get("input_token") or "")
    if not given:
        raise invalid("The parameter input_token is required")
    identity = identify(given, page)
    if identity is None:
        error = {"code": 190, "message": "Invalid OAuth access token."}
        return {"data": {"error": error, "is_valid": False, "scopes": []}}
    data: dict[str, Any] = {
        "app_id": page.app_id,
        "type": identity.upper(),
        "application": page.app_name,
    }
    if identity == APP:
        return {"data": {**data, "is_valid": True, "scopes": []}}
    made = page.tokens.get(given)
    ended = has_ended(given, page)
    expired = ended or (identity == PAGE and page.token_subcode is not None)
    if expired:
        reason = FAULTS[190, 463 if ended else page.token_subcode or None]
        data["error"] = {"code": 190, "message": reason.message, "subcode": reason.subcode}
    data |= {"data_access_expires_at": 0, "expires_at": 0, "is_valid": not expired}
    if identity == USER and made is None:
        # The token of Meta's explorer: here it is always fresh.
        made = Token("user", "", page.clock.now(), page.clock.now() + _SHORT)
    if made is not None:
        data["data_access_expires_at"] = int((made.made_at + _DATA_ACCESS).timestamp())
        data["expires_at"] = int(made.ends_at.timestamp()) if made.ends_at is not None else 0
    if identity == PAGE:
        data["profile_id"] = page.page_id
    data |= {
        "scopes": list(page.scopes),
        "granular_scopes": [{"scope": scope, "target_ids": [page.page_id]} for scope in page.scopes[:5]],
        "user_id": USER_ID,
    }
    return {"data": data}
