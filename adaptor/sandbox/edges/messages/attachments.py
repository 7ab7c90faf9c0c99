"""Upload a file to send it later: `POST /{PAGE_ID}/message_attachments`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/attachment-upload-api
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.meta.errors import invalid
from adaptor.sandbox.request.request_object import RequestObject
from adaptor.sandbox.rules.content import MEDIA, check_file
from adaptor.sandbox.state.objects import Attachment
from adaptor.sandbox.state.page_state import object_id

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.page_state import PageState
    from adaptor.sandbox.state.records import File

PLATFORMS: Final = frozenset({"messenger", "instagram"})


def upload(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Save a file, and give its id."""
    check_platform(call)
    message = RequestObject(call.parameters.get("message"), "message")
    attachment = message.object("attachment")
    kind = attachment.choice("type", MEDIA, required=True) or ""
    # In the documentation, a request with a file has no payload.
    payload = RequestObject(attachment.value.get("payload") or {}, attachment.name("payload"))
    file = call.file()
    url = payload.url("url")
    if (url is not None) + (file is not None) != 1:
        raise invalid(f"Param {payload.path} must hold a url, or come with a file in filedata")
    if file is not None:
        check_file(kind, file)
    return {"attachment_id": save_attachment(page, kind, url, file)}


def save_attachment(page: PageState, kind: str, url: str | None, file: File | None) -> str:
    """Save a file under a new id."""
    made = Attachment(object_id(), kind, page.clock.now(), url, file)
    page.attachments[made.id] = made
    page.changed("attachment", what=made.id)
    return made.id


def check_platform(call: GraphCall) -> None:
    """Refuse an unknown platform; Instagram is known, although a sandbox has nobody there."""
    platform = call.parameters.get("platform")
    if platform is not None and str(platform).lower() not in PLATFORMS:
        raise invalid(f'Param platform must be one of {{INSTAGRAM, MESSENGER}} - got "{platform}".')
