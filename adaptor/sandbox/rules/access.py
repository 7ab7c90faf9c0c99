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
    return None


def prove(app_secret: str, token: str) -> str:
    """Compute `appsecret_proof`."""
    return hmac.new(app_secret.encode(), token.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass"))
