"""The Resumable Upload API: `POST /{APP_ID}/uploads`, then `POST /upload:{SESSION}` with the bytes, for a handle.

https://developers.facebook.com/docs/graph-api/guides/upload
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.meta import limits
from adaptor.sandbox.meta.errors import TOO_LARGE, Refused, invalid, unknown_object
from adaptor.sandbox.request.request_object import RequestObject
from adaptor.sandbox.state.objects import UploadSession
from adaptor.sandbox.state.records import File

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.page_state import PageState

_TYPES: Final = ("application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4")


def start(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Start an upload session."""
    given = RequestObject({key: call.parameters.get(key) for key in ("file_name", "file_length", "file_type")}, "")
    name = given.text("file_name", required=True) or ""
    kind = given.choice("file_type", _TYPES, required=True) or ""
    length = str(given.require("file_length"))
    if not (length.isascii() and length.isdigit()) or len(length) > 12 or int(length) < 1:
        raise invalid("Param file_length must be a positive integer")
    if int(length) > limits.FILE_BYTES:
        raise Refused(TOO_LARGE)
    # As at Meta, the session has a signature of its own in the query of its address.
    made = UploadSession(f"upload:{secrets.token_urlsafe(30)}", name, kind, int(length), secrets.token_urlsafe(12))
    page.upload_sessions[made.id] = made
    page.changed("upload", what=made.id)
    return {"id": f"{made.id}?sig={made.signature}"}


def read(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Say how much has arrived, so that an interrupted upload can go on."""
    session = _session(call, page)
    return {"id": session.id, "file_offset": len(session.data)}


def receive(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Take bytes; the last of them give the handle."""
    session = _session(call, page)
    offset = call.file_offset
    if not (offset.isascii() and offset.isdigit()) or int(offset) != len(session.data):
        raise invalid(f"The header file_offset must be {len(session.data)}.")  # words ours
    session.data += call.content
    page.changed("upload", what=session.id)
    if len(session.data) > session.length:
        del page.upload_sessions[session.id]
        raise invalid("More bytes were uploaded than file_length says.")  # words ours
    if len(session.data) < session.length:
        return {"id": session.id, "file_offset": len(session.data)}
    del page.upload_sessions[session.id]
    handle = f"4::{secrets.token_urlsafe(40)}"
    page.handles[handle] = File(
        session.name, session.type, session.length, page.uploads.put(session.type, session.data)
    )
    return {"h": handle}


def _session(call: GraphCall, page: PageState) -> UploadSession:
    found = page.upload_sessions.get(call.segments[0])
    if found is None or call.parameters.get("sig") != found.signature:
        raise unknown_object(call.method, call.segments[0])
    return found
