"""Account linking: `GET /me?fields=recipient&account_linking_token=…`, `POST /me/unlink_accounts`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/account-linking
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from adaptor.sandbox.meta import limits
from adaptor.sandbox.meta.errors import UNLINKED, Refused, invalid
from adaptor.sandbox.rules.recipients import require_person

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.page_state import PageState
    from adaptor.sandbox.webhooks.webhooks import Webhooks


def create_linking_token(page: PageState, psid: str) -> str:
    """Create the token that the login page gets when a person taps Log In; it expires after five minutes."""
    token = f"SANDBOX-LINK-{secrets.token_urlsafe(16)}"
    page.linking_tokens[token] = (psid, page.clock.now())
    return token


def find_linking_person(page: PageState, token: object) -> str:
    """Give the person to whom a linking token belongs."""
    psid, made = page.linking_tokens.get(str(token), ("", None))
    if made is None or page.clock.now() - made > limits.LINKING_LIFE:
        raise Refused(UNLINKED)
    return psid


def unlink(call: GraphCall, page: PageState, webhooks: Webhooks) -> dict[str, Any]:
    """Disconnect a person from their account."""
    psid = str(call.parameters.get("psid") or "")
    if not psid:
        raise invalid("The parameter psid is required")
    call.addressee = psid
    person = require_person(page, psid)
    if person.linked is not None:
        person.linked = None
        page.changed("person", psid)
        webhooks.notify("messaging_account_linking", psid, {"account_linking": {"status": "unlinked"}})
    return {"result": "unlink account success"}
