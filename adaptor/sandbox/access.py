"""Whether a call may be made at all: the Page's token, and the proof that the sender knows the app's secret.

https://developers.facebook.com/docs/graph-api/guides/secure-requests
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from adaptor.sandbox.errors import BAD_PROOF, BAD_TOKEN, NO_PROOF, NO_TOKEN, Refused

if TYPE_CHECKING:
    from adaptor.sandbox.call import Call
    from adaptor.sandbox.world import World


def check_access(call: Call, world: World) -> None:
    """Refuse a call without this Page's token, or without the proof where one is due."""
    token = call.bearer or call.parameters.get("access_token")
    if not token:
        raise Refused(NO_TOKEN)
    if not _same(str(token), world.access_token):
        raise Refused(BAD_TOKEN)
    if world.app_secret is None:
        return
    proof = call.parameters.get("appsecret_proof")
    if proof is None:
        if world.require_proof:
            raise Refused(NO_PROOF)
    elif not _same(str(proof), prove(world.app_secret, str(token))):
        raise Refused(BAD_PROOF)


def prove(app_secret: str, token: str) -> str:
    """Compute `appsecret_proof`."""
    return hmac.new(app_secret.encode(), token.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass"))
