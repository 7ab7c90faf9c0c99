"""The media type of a file, by its extension.

The system's table differs between machines and is nearly empty in a slim container, so it is used only for extensions
that are not listed here.
"""

from __future__ import annotations

import os

_TYPES = {
    **dict.fromkeys(("jpg", "jpeg", "jfif", "jpe", "pjpeg"), "image/jpeg"),
    **{ending: f"image/{ending}" for ending in ("png", "apng", "gif", "webp", "avif", "heic", "heif", "bmp", "jxl")},
    **dict.fromkeys(("tif", "tiff"), "image/tiff"),
    "svg": "image/svg+xml",
    "ico": "image/vnd.microsoft.icon",
    **dict.fromkeys(("ogg", "oga", "opus", "spx"), "audio/ogg"),
    **dict.fromkeys(("m4a", "m4b"), "audio/mp4"),
    **dict.fromkeys(("mp3", "mp2", "mpga"), "audio/mpeg"),
    **{ending: f"audio/{ending}" for ending in ("aac", "amr", "flac", "wav")},
    **dict.fromkeys(("aif", "aiff"), "audio/aiff"),
    "3ga": "audio/3gpp",
    "awb": "audio/amr-wb",
    "caf": "audio/x-caf",
    "mka": "audio/x-matroska",
    "weba": "audio/webm",
    "wma": "audio/x-ms-wma",
    **dict.fromkeys(("mp4", "m4v"), "video/mp4"),
    **dict.fromkeys(("mpg", "mpeg", "mpe"), "video/mpeg"),
    **dict.fromkeys(("mov", "qt"), "video/quicktime"),
    **dict.fromkeys(("mts", "m2ts"), "video/mp2t"),
    "3g2": "video/3gpp2",
    "3gp": "video/3gpp",
    "asf": "video/x-ms-asf",
    "avi": "video/x-msvideo",
    "flv": "video/x-flv",
    "mkv": "video/x-matroska",
    "ogv": "video/ogg",
    "webm": "video/webm",
    "wmv": "video/x-ms-wmv",
    "csv": "text/csv",
    "json": "application/json",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "zip": "application/zip",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def media_type(name: str) -> str | None:
    """Return the media type of a file by its extension, or None if it is not known.

    Example:
        >>> media_type("voice.OGG"), media_type("clip.mkv"), media_type("notes")
        ('audio/ogg', 'video/x-matroska', None)
    """
    known = _TYPES.get(os.path.splitext(name)[1].lower().removeprefix("."))
    if known is not None:
        return known
    import mimetypes

    return mimetypes.guess_type(name, strict=False)[0]
