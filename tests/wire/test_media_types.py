"""The media type of a file, by the ending of its name."""

from __future__ import annotations

import pytest

from adaptor.wire.media_types import media_type


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.png", "image/png"),
        ("A.PNG", "image/png"),
        ("a.b.mp4", "video/mp4"),
        ("a.pdf", "application/pdf"),
        ("clip.MKV", "video/x-matroska"),
        ("a.css", "text/css"),
        ("a.no-such-ending", None),
        ("png", None),
    ],
)
def test_a_media_type_is_that_of_the_ending(name: str, kind: str | None) -> None:
    assert media_type(name) == kind
