"""Public answers to comments on what the Page has published."""

from __future__ import annotations

from typing import Any

from ...core.values.arguments import defer
from ...graph.draft import Draft
from ...graph.operation import graph_operation
from ...graph.request import without_none
from ..rules.argument_types import Key, OptionalText, Text
from ..rules.ids import object_id
from ..rules.limits import refuse
from ..rules.permissions import COMMENTS
from ..rules.values import check_url, given_text

#: The heading under which `adaptor docs` shows this module.
HEADING = "page and app"


@graph_operation(needs=COMMENTS)
def reply_to_comment(
    comment_id: Text,
    message: OptionalText = None,
    *,
    attachment_url: OptionalText = None,
    attachment_share_url: OptionalText = None,
    attachment_id: OptionalText = None,
    key: Key = None,
) -> Draft:
    """Answer a comment in public, below it. To answer its author in Messenger use `private_reply`.

    Needs the permission `pages_manage_engagement`. A post takes a comment in the same way: give the post's id.

    Args:
        comment_id: The comment's id, such as `1234_5678`: a webhook of the field `feed` names it.
        message: What the answer says. It may be left out beside an attachment.
        attachment_url: The public address of a picture.
        attachment_share_url: The public address of a GIF.
        attachment_id: The id of a photo that was uploaded without being published. One attachment at most.
        key: Made of what is to be answered once ever, across all runs, such as the comment's id.

    Returns:
        An operation. `data` becomes `{"id"}`, the id of the answer.

    Raises:
        InvalidMessage: There is neither a text nor an attachment, or there are two attachments. Nothing was published.
        PermissionMissing: The token lacks `pages_manage_engagement`. Nothing was published.
        InvalidRequest: There is no such comment. Nothing was published.
        DeliveryUnknown: The answer was lost. It may be published; it is not repeated.

    Example:
        >>> reply_to_comment("1234_5678", "Thank you, we have written to you.").describe({}).path
        '1234_5678/comments'

    Source: https://developers.facebook.com/docs/graph-api/reference/object/comments
    """
    return Draft(
        "POST",
        [defer(object_id, "comment_id", comment_id), "comments"],
        body=without_none(
            {
                "message": message,
                "attachment_url": attachment_url,
                "attachment_share_url": attachment_share_url,
                "attachment_id": attachment_id,
            }
        ),
        answers={"id": "dry_run"},
        expects=("id",),
        check=_check,
        finish=without_none,
        key=key,
    )


def _check(body: Any) -> None:
    attachments = [name for name in body if name != "message" and body[name] is not None]
    if len(attachments) > 1:
        raise refuse("attachment", f"is given {len(attachments)} times", "Keep one of them.", actual=attachments)
    for name in ("attachment_url", "attachment_share_url"):
        if body.get(name) is not None:
            check_url(name, body[name])
    if body.get("message") is None:
        if not attachments:
            raise refuse("message", "is missing", "Write a text, or give an attachment.")
    else:
        given_text("message", body["message"])
