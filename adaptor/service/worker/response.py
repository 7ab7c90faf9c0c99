"""What the caller of a run gets that waits for its end: the final state, or what the job has put into the state for it.

The key is OpenFn's: https://docs.openfn.org/documentation/build/triggers (checked 2026-11-28).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ...runner.load.triggers.call import is_code

if TYPE_CHECKING:
    from ...runner.execution.result import Result

#: Where a job says what its caller gets: `{"status": 200, "body": …}`.
KEY = "webhookResponse"
#: The longest body of a response.
MOST_BYTES = 1024 * 1024
#: What is no news to the caller.
_LEFT_OUT = ("request", "references", "errors", KEY)


def response_of(result: Result) -> dict[str, Any]:
    """Return the response of a run: `status` and `body` where the job gives them, and the final `state`.

    Args:
        result: The result; its state holds neither the configuration nor a secret.

    Example:
        >>> from adaptor.runner.execution.result import Result
        >>> result = Result(0, None, {})
        >>> result.state = {"data": {"id": 1}, "webhookResponse": {"status": 202, "body": "OK"}}
        >>> response_of(result)
        {'status': 202, 'body': 'OK', 'state': {'data': {'id': 1}}}
    """
    state = result.state if isinstance(result.state, dict) else {}
    given = state.get(KEY)
    found: dict[str, Any] = {}
    if isinstance(given, dict):
        if is_code(given.get("status")):
            found["status"] = given["status"]
        if "body" in given:
            found["body"] = given["body"]
    found["state"] = {key: value for key, value in state.items() if key not in _LEFT_OUT}
    if len(json.dumps(found)) <= MOST_BYTES:
        return found
    return {"too_large": True}
