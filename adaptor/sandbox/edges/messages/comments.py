"""Comments: `POST /{COMMENT_ID}/comments`, and the same below a post.

https://developers.facebook.com/docs/graph-api/reference/object/comments
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.meta.errors import invalid
from adaptor.sandbox.request.request_object import RequestObject
from adaptor.sandbox.state.objects import Comment
from adaptor.sandbox.state.page_state import object_id

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.page_state import PageState

_ATTACHMENTS: Final = ("attachment_id", "attachment_share_url", "attachment_url")


def reply(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Publish a comment of the Page; text or one attachment is needed."""
    given = RequestObject(call.parameters, "")
    message = given.text("message")
    found = [name for name in _ATTACHMENTS if given.has(name)]
    if len(found) > 1:
        raise invalid(f"You can only specify one of {', '.join(_ATTACHMENTS)}")  # words ours
    for name in found:
        if name.endswith("_url"):
            given.url(name)
    if not message and not found:
        raise invalid("The parameter message is required")
    parent = call.segments[0]
    made = Comment(
        f"{parent.partition('_')[0]}_{object_id()}",
        parent,
        page.clock.now(),
        message,
        str(given.value[found[0]]) if found else None,
    )
    page.comments[made.id] = made
    page.changed("comment", what=made.id)
    return {"id": made.id}
