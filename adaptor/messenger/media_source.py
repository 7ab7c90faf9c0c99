"""What a picture, a recording or a file may be given as: an address, an attachment id, or a local file.

Source: https://developers.facebook.com/docs/messenger-platform/send-messages/saving-assets (checked 2026-11-24).
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any, TypeAlias

from ..core.operation import Value
from .content import given
from .limits import refuse

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
                "attachment.is_reusable", "goes with an address or a file only", "What has an id is kept already."
            )
        return given(attachment_id=media)
    if not media.lower().startswith(("http://", "https://")):
        # A text may come from anywhere, and what comes from anywhere must not choose which file leaves this machine.
        raise refuse(
            "attachment",
            "is neither an address nor an attachment id",
            "Give an address that starts with https://; for a local file write Path(…): from pathlib import Path.",
        )
    _check_reachable(media)
    return given(url=media, is_reusable=is_reusable)


def _check_reachable(url: str) -> None:
    """Refuse an address of this machine or of a private network: Meta fetches what is sent from outside.

    Raises:
        InvalidMessage: It is one. Nothing was sent.
    """
    import ipaddress
    from urllib.parse import urlsplit

    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        host = ""
    try:
        is_outside = ipaddress.ip_address(host).is_global
    except ValueError:
        is_outside = "." in host and not host.endswith((".localhost", ".local", ".internal"))
    if not is_outside:
        raise refuse(
            "attachment.payload.url",
            f"leads to `{host}`, which Meta cannot reach",
            "Meta fetches the file from outside: give a public address, or send the file itself with Path(…).",
        )


def media_files(kind: str, media: Any) -> dict[str, Path] | None:
    """Return the local file as a field of the form, checked; None where Meta fetches it or has it already."""
    if not isinstance(media, os.PathLike):
        return None
    from pathlib import Path

    path = Path(media)
    check_file(kind, path)
    return {FILE_FIELD: path}


#: Types of media by the ending of the file. The table of a slim machine lacks many; it counts only beyond this one.
_TYPES = {
    **dict.fromkeys(("jpg", "jpeg", "jfif", "jpe"), "image/jpeg"),
    **{ending: f"image/{ending}" for ending in ("png", "gif", "webp", "avif", "heic", "heif", "bmp")},
    **dict.fromkeys(("tif", "tiff"), "image/tiff"),
    **dict.fromkeys(("ogg", "oga", "opus"), "audio/ogg"),
    **dict.fromkeys(("m4a", "m4b"), "audio/mp4"),
    "mp3": "audio/mpeg",
    **{ending: f"audio/{ending}" for ending in ("aac", "amr", "flac", "wav")},
    "wma": "audio/x-ms-wma",
    "weba": "audio/webm",
    **dict.fromkeys(("mp4", "m4v"), "video/mp4"),
    "mov": "video/quicktime",
    "mkv": "video/x-matroska",
    "avi": "video/x-msvideo",
    "wmv": "video/x-ms-wmv",
    "ogv": "video/ogg",
    "3gp": "video/3gpp",
    "webm": "video/webm",
    **dict.fromkeys(("mpg", "mpeg"), "video/mpeg"),
}


def media_type(name: str) -> str | None:
    """Return the media type of a file by its ending, or None where it names none.

    Example:
        >>> media_type("voice.OGG"), media_type("clip.mkv")
        ('audio/ogg', 'video/x-matroska')
    """
    known = _TYPES.get(os.path.splitext(name)[1].lower().removeprefix("."))
    if known is not None:
        return known
    import mimetypes

    return mimetypes.guess_type(name, strict=False)[0]


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
    except OSError as cause:
        reason = "does not exist" if isinstance(cause, FileNotFoundError) else f"cannot be read ({cause.strerror})"
        raise refuse(
            field, f"{path} {reason}", "Check the path; it is relative to where the job was started."
        ) from None
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
