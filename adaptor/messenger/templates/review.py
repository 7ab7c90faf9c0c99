"""What Meta's review says of a new utility template. A rejected one is an error, with Meta's reasons.

The reasons are read with a call of their own, since the answer to the creation has the status alone. Their fields are
in the specification of Meta's SDK 26.0.3 (`MessengerBusinessTemplate`, read 2026-11-28), which calls
`specific_rejection_reasons` an object and does not say what it holds: uncertain, so it is shown as it comes.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec

from ...core.errors import SENT_YES, AdaptorError
from ...core.operation import builder_of
from ...graph.answers.errors import InvalidRequest
from ...graph.draft import Draft
from ...graph.operation import GraphOperation, make_call

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.run.context import Run
    from ...core.state import State
    from ...graph.needs import Needs

P = ParamSpec("P")

#: What Meta says of a rejection.
REASONS = ("rejected_reason", "rejection_reasons", "specific_rejection_reasons")


class ReviewedOperation(GraphOperation):
    """An operation that submits a template to Meta's review, and fails if it is rejected."""

    __slots__ = ()

    def perform(self, state: State, run: Run) -> State:
        """Make the call; raise if Meta rejects the template, which exists all the same."""
        after = super().perform(state, run)
        answer = after["data"]
        if isinstance(answer, dict) and answer.get("status") == "REJECTED":
            name = (self.describe(state).body or {}).get("name")
            raise _rejected(str(name), str(answer.get("id")), state, run)
        return after


def reviewed_operation(*, needs: Needs) -> Callable[[Callable[P, Draft]], Callable[P, ReviewedOperation]]:
    """Make an operation of a function that drafts the submission of a template.

    Args:
        needs: As for `graph_operation`.
    """
    return lambda function: builder_of(function, partial(ReviewedOperation, needs=needs), takes_state=False)


def _rejected(name: str, template_id: str, state: State, run: Run) -> InvalidRequest:
    found, why = _reasons(template_id, state, run)
    error = InvalidRequest(
        f"Meta rejected the template `{name}` ({template_id}){why}",
        fix=f'Change its text with update_message_template("{template_id}", …), which is reviewed again, or delete it '
        f'with delete_message_template("{name}") before you create it anew.',
        code="TEMPLATE_REJECTED",
        details={"id": template_id, "name": name, "status": "REJECTED", **found},
    )
    error.message = error.description
    # The template was created: "nothing was sent" would be wrong.
    error.sent, error.about_sending = SENT_YES, False
    return error


def _reasons(template_id: str, state: State, run: Run) -> tuple[dict[str, Any], str]:
    """Return what Meta says of a rejection, as JSON and as the end of a sentence."""
    draft = Draft("GET", [template_id], params={"fields": ",".join(REASONS)})
    try:
        answer = make_call(draft.request(state), draft, state, run).body
    except AdaptorError as error:
        return {}, f", and its reasons could not be read: {error.headline()}"
    found = {field: answer[field] for field in REASONS if isinstance(answer, dict) and answer.get(field)}
    every = [_words(value) for value in found.values()]
    # The fields repeat each other.
    texts = dict.fromkeys(text for text in every if text and not any(text != more and text in more for more in every))
    return found, f": {'; '.join(texts)}." if texts else ". It gives no reason."


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_words(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    return str(value).rstrip(".")
