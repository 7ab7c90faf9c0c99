"""The media type of a file, by the ending of its name."""

from __future__ import annotations

import mimetypes

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
    ],
)
def test_a_known_ending_means_the_same_on_every_machine(
    name: str, kind: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mimetypes, "guess_type", None)
    assert media_type(name) == kind


@pytest.mark.parametrize(("name", "kind"), [("a.css", "text/css"), ("a.no-such-ending", None), ("png", None)])
def test_for_other_endings_the_table_of_the_system_is_asked(name: str, kind: str | None) -> None:
    assert media_type(name) == kind
