from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, list_sticker_packs, list_stickers, search_stickers, state

APP = {"app_id": "987654321", "app_secret": "app-secret-of-the-tests"}


@pytest.mark.parametrize(
    ("operation", "path", "query"),
    [
        (list_sticker_packs(), "sticker_packs", {}),
        (list_sticker_packs(locale="ja_JP", limit=2), "sticker_packs", {"locale": "ja_JP", "limit": "2"}),
        (list_stickers("84", locale="ja_JP"), "sticker_packs/84/stickers", {"locale": "ja_JP"}),
        (search_stickers(state.data.word, limit=2), "sticker_search", {"q": "thanks", "limit": "2"}),
    ],
)
def test_stickers_are_asked_for_with_the_apps_own_token(meta: Any, operation: Any, path: str, query: Any) -> None:
    got = meta(operation, {"data": [{"id": "1"}]}, data={"word": "thanks"}, **APP)
    assert (got.method, got.path, got.query, got.data) == ("GET", path, query, [{"id": "1"}])
    assert got.headers["Authorization"] == "Bearer 987654321|app-secret-of-the-tests"


@pytest.mark.parametrize("build", [lambda: list_stickers(""), lambda: search_stickers(" "), lambda: search_stickers(7)])
def test_a_search_for_nothing_is_refused(build: Any) -> None:
    with pytest.raises(InvalidMessage):
        build()
