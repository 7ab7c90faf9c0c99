"""The forms in which a medium may be given: an address, an attachment id, or a local file.

Source: https://developers.facebook.com/docs/messenger-platform/send-messages/saving-assets (checked 2026-11-24).
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any, TypeAlias

from ...core.operation import Value
from ...wire.media_types import media_type
from ..rules.limits import refuse
from ..rules.values import given

if TYPE_CHECKING:
    from pathlib import Path

#: An address, an attachment id, or a `Path` to a local file.
Media: TypeAlias = "Value[str | int | Path]"

MEDIA_TYPES = ("image", "audio", "video", "file")

#: The largest local file, in bytes. Meta says 8 MB for images and 25 MB for others, "after encoding"; read as binary
#: megabytes, which refuses less.
MOST_BYTES = {"image": 8 * 1024 * 1024, "audio": 25 * 1024 * 1024, "video": 25 * 1024 * 1024, "file": 25 * 1024 * 1024}

#: The field of the form that holds the file.
FILE_FIELD = "filedata"


def media_payload(media: Any, is_reusable: Any) -> dict[str, Any]:
    """Return the payload of a media attachment."""
    if isinstance(media, os.PathLike):
        return given(is_reusable=is_reusable)
    if isinstance(media, int) and not isinstance(media, bool):
        media = str(media)
    if not isinstance(media, str) or not media.strip():
        raise refuse(
            "attachment",
            "must be an address, an attachment id or a path",
            'Give "https://…", the id as text, or Path("map.png").',
        )
    if media.isdigit():
        if is_reusable is not None:
            raise refuse(
                "attachment.is_reusable", "goes with an address or a file only", "What has an id is reusable already."
            )
        return given(attachment_id=media)
    if not media.lower().startswith(("http://", "https://")):
        # A text may come from outside, and must not choose which file leaves this machine.
        raise refuse(
            "attachment",
            "is neither an address nor an attachment id",
            "Give an address that starts with https://; for a local file write Path(…): from pathlib import Path.",
        )
    return given(url=media, is_reusable=is_reusable)


def media_files(kind: str, media: Any) -> dict[str, Path] | None:
    """Return the local file as a field of the form, checked; None where Meta fetches it or has it already."""
    if not isinstance(media, os.PathLike):
        return None
    from pathlib import Path

    path = Path(media)
    check_file(kind, path)
    return {FILE_FIELD: path}


def check_file(kind: str, path: Path) -> None:
    """Refuse a local file that is not there, is too large, or is not of the kind that it is sent as.

    Raises:
        InvalidMessage: With the path, and the limit where it is one. Nothing was sent.
    """
    field = f"{kind} file"
    try:
        path.name.encode()
    except UnicodeEncodeError:
        raise refuse(field, "has a name that is not UTF-8", "Rename the file.") from None
    try:
        known = os.stat(path)
    except (OSError, ValueError) as cause:
        why = getattr(cause, "strerror", None) or cause
        reason = "does not exist" if isinstance(cause, FileNotFoundError) else f"cannot be read ({why})"
        raise refuse(
            field, f"{path} {reason}", "Check the path; it is relative to where the job was started."
        ) from None
    if stat.S_ISREG(known.st_mode) and not os.access(path, os.R_OK):
        raise refuse(field, f"{path} cannot be read (Permission denied)", "Let the user who runs the job read it.")
    if not stat.S_ISREG(known.st_mode):
        what = "is a folder" if stat.S_ISDIR(known.st_mode) else "is no plain file"
        raise refuse(field, f"{path} {what}", "Give the path of a file.")
    if known.st_size == 0:
        raise refuse(field, f"{path} is empty", "Send a file that holds something.", actual=0)
    most = MOST_BYTES[kind]
    if known.st_size > most:
        raise refuse(
            field,
            f"{path.name} has {known.st_size:,} bytes; Meta takes at most {most:,}",
            "Make it smaller.",
            limit=most,
            actual=known.st_size,
        )
    if kind != "file":
        found = media_type(path.name)
        if found is None or not found.startswith(f"{kind}/"):
            what = "has an ending that names no type" if found is None else f"is of the type {found}"
            raise refuse(
                field,
                f"{path.name} {what}",
                f"Send it with send_file(…), or give it the ending of the {kind} that it is.",
                actual=found,
            )
