"""Access: who owns the token of a call, and the proof that the sender knows the app's secret.

https://developers.facebook.com/docs/graph-api/guides/secure-requests
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from adaptor.sandbox.meta.errors import BAD_PROOF, BAD_TOKEN, FAULTS, NO_PROOF, NO_TOKEN, Refused

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.page_state import PageState

#: The owners of tokens.
PAGE, APP, USER = "page", "app", "user"


def check_access(call: GraphCall, page: PageState) -> None:
    """Find the owner of a call's token; refuse a call without a valid token, or without a required proof."""
    own = call.parameters.get("access_token")
    token = str(own or call.bearer or "")
    if not token:
        raise Refused(NO_TOKEN)
    identity = identify(token, page)
    if identity is None:
        raise Refused(BAD_TOKEN)
    if identity == PAGE and page.token_subcode is not None:
        raise Refused(FAULTS[190, page.token_subcode or None])
    if has_ended(token, page):
        raise Refused(FAULTS[190, 463])
    # The proof of a batch also covers the parts that use the batch's token.
    proven = call.proven and token == call.token
    call.token, call.identity = token, identity
    if page.app_secret is None or identity == APP or proven:
        return
    proof = call.parameters.get("appsecret_proof")
    if proof is None:
        if page.require_proof:
            raise Refused(NO_PROOF)
    elif not _same(str(proof), prove(page.app_secret, token)):
        raise Refused(BAD_PROOF)
    else:
        call.proven = True


def identify(token: str, page: PageState) -> str | None:
    """Give the owner of a token; None for an unknown one."""
    for identity, known in ((PAGE, page.access_token), (APP, page.app_token), (USER, page.user_token)):
        if _same(token, known):
            return identity
    made = page.tokens.get(token)
    # The sandbox answers for one Page: to the tokens of the others it is another one.
    return made.owner if made is not None and made.page_id in {"", page.page_id} else None


def has_ended(token: str, page: PageState) -> bool:
    """Say whether a token that was made here has ended."""
    made = page.tokens.get(token)
    return made is not None and made.ends_at is not None and page.clock.now() >= made.ends_at


def prove(app_secret: str, token: str) -> str:
    """Compute `appsecret_proof`."""
    return hmac.new(app_secret.encode(), token.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass"))
