"""The person who manages Pages, and tokens: `/me`, `/me/accounts`, `/oauth/access_token`.

https://developers.facebook.com/docs/pages/access-tokens
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.edges.page.page import CATEGORY, TASKS
from adaptor.sandbox.meta.errors import BAD_SECRET, BAD_TOKEN, FAULTS, NO_SUCH_APP, GraphError, Refused, invalid
from adaptor.sandbox.request.fields import read_fields, select
from adaptor.sandbox.request.paging import page_through
from adaptor.sandbox.rules.access import USER, has_ended, identify
from adaptor.sandbox.state.objects import Token

if TYPE_CHECKING:
    from collections.abc import Callable

    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.request.fields import Field
    from adaptor.sandbox.state.page_state import PageState

USER_ID: Final = "10223456789012345"
# "This token is valid for 60 days"; the token that a short-lived one gives for a Page is valid for an hour.
_LONG: Final = timedelta(days=60)
_SHORT: Final = timedelta(hours=1)
_GRANT: Final = "fb_exchange_token"


def read_user(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the user who manages the Page; only the user's own token reaches this."""
    known: dict[str, Callable[[Field], Any]] = {"name": lambda _: "Sandbox Admin", "id": lambda _: USER_ID}
    return select(read_fields(call.parameters.get("fields")), known, ("name", "id"), "User")


def list_accounts(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the Pages of that user, each with its token; none without the permission to see them."""
    fields = read_fields(call.parameters.get("fields"))
    default = ("access_token", "category", "name", "id", "tasks")
    found = {page.page_id: (page.page_name, _page_token(call.token, page)), **page.other_pages}

    def show(key: str) -> dict[str, Any]:
        name, token = found[key]
        known: dict[str, Callable[[Field], Any]] = {
            "access_token": lambda _: token,
            "category": lambda _: CATEGORY,
            "name": lambda _: name,
            "id": lambda _: key,
            "tasks": lambda _: list(TASKS),
        }
        return select(fields, known, default, "Page")

    return page_through(call, list(found) if "pages_show_list" in page.scopes else [], show)


def _page_token(token: str, page: PageState) -> str:
    """Give the Page's token for a token of the user: one that never ends for a long-lived one."""
    if token != page.user_token:
        return page.access_token
    made = f"SANDBOX-SHORT-{secrets.token_urlsafe(24)}"
    now = page.clock.now()
    page.tokens[made] = Token("page", page.page_id, now, now + _SHORT)
    page.changed("token")
    return made


def exchange(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give a long-lived token for a token of the user. The app's id and secret are the credential of this call."""
    given = call.parameters
    if not given.get("client_id"):
        raise Refused(GraphError(101, "Missing client_id parameter."))
    if str(given["client_id"]) != page.app_id:
        raise Refused(NO_SUCH_APP)
    if str(given.get("client_secret") or "") != page.secret:
        raise Refused(BAD_SECRET)
    if given.get("grant_type") != _GRANT:
        raise invalid(f'Param grant_type must be one of {{{_GRANT}}} - got "{given.get("grant_type")}".')  # words ours
    token = str(given.get(_GRANT) or "")
    if not token:
        raise invalid(f"The parameter {_GRANT} is required")
    if identify(token, page) != USER:
        raise Refused(BAD_TOKEN)
    if has_ended(token, page):
        raise Refused(FAULTS[190, 463])
    now = page.clock.now()
    made = f"SANDBOX-LONG-{secrets.token_urlsafe(24)}"
    page.tokens[made] = Token("user", "", now, now + _LONG)
    page.changed("token")
    return {"access_token": made, "token_type": "bearer", "expires_in": int(_LONG.total_seconds())}
