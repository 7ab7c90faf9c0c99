"""The Page: `/me`, `/{PAGE_ID}`, feature reviews, and natural language settings.

https://developers.facebook.com/docs/graph-api/reference/page
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.edges.people.account_linking import find_linking_person
from adaptor.sandbox.meta.errors import invalid
from adaptor.sandbox.request.fields import read_fields, select
from adaptor.sandbox.request.request_object import RequestObject

if TYPE_CHECKING:
    from collections.abc import Callable

    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.request.fields import Field
    from adaptor.sandbox.state.page_state import PageState

CATEGORY: Final = "Medical Service"
TASKS: Final = ("MESSAGING", "MODERATE")
_FEATURES: Final = ("human_agent", "customer_feedback", "page_utility_messaging")
_MODELS: Final = frozenset(
    {
        *("ARABIC", "CHINESE", "CROATIAN", "CUSTOM", "DANISH", "DUTCH", "ENGLISH", "FRENCH_STANDARD", "GEORGIAN"),
        *("GERMAN_STANDARD", "GREEK", "HEBREW", "HUNGARIAN", "IRISH", "ITALIAN_STANDARD", "KOREAN"),
        *("NORWEGIAN_BOKMAL", "POLISH", "PORTUGUESE", "ROMANIAN", "SPANISH", "SWEDISH", "VIETNAMESE"),
    }
)


def read_page(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the Page's name and id, or the requested fields."""
    token = call.parameters.get("account_linking_token")

    def status(_: Field) -> dict[str, bool]:
        return {"hop_v2": page.default_app is not None, "msgr_multi_app": len(page.apps) > 2, "ig_multi_app": False}

    known: dict[str, Callable[[Field], Any]] = {
        "name": lambda _: page.page_name,
        "id": lambda _: page.page_id,
        "category": lambda _: CATEGORY,
        "link": lambda _: f"https://www.facebook.com/{page.page_id}",
        "messaging_feature_status": status,
        "access_token": lambda _: page.access_token,
        "tasks": lambda _: list(TASKS),
    }
    if token is not None:
        psid = find_linking_person(page, token)
        known["recipient"] = lambda _: psid
    return select(read_fields(call.parameters.get("fields")), known, ("name", "id"), "Page")


def read_reviews(call: GraphCall, page: PageState) -> dict[str, Any]:
    """List the reviews of features: approved, or pending while the app is in development."""
    status = "pending" if page.development else "approved"
    return {"data": [{"feature": feature, "status": status} for feature in _FEATURES]}


def configure_nlp(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Switch natural language processing on or off."""
    given = RequestObject({key: call.parameters.get(key) for key in ("model", "nlp_enabled", "n_best", "verbose")}, "")
    given.choice("model", _MODELS)
    given.number("n_best", 1, 8)
    for key in ("nlp_enabled", "verbose"):
        if given.has(key) and str(given.value[key]).lower() not in {"true", "false", "0", "1"}:
            raise invalid(f"Param {key} must be a boolean")
    if given.value.get("model") == "CUSTOM" and not call.parameters.get("custom_token"):
        raise invalid("The parameter custom_token is required")
    page.nlp.update({key: value for key, value in given.value.items() if value is not None})
    page.changed("nlp")
    return {"success": True}
