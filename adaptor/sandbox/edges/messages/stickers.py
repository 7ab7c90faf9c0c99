"""Stickers: `GET /sticker_packs`, `/sticker_packs/{ID}/stickers`, `/sticker_search`.

Meta's own packs are not documented; these are the sandbox's.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.meta.errors import invalid, unknown_object
from adaptor.sandbox.request.fields import read_fields, select
from adaptor.sandbox.request.paging import page_through

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.page_state import PageState

_PACKS: Final = {
    "767226160000000": ("Greetings", ("Hello", "Thank you", "Goodbye", "Good morning", "Good night")),
    "767226161000000": ("Feelings", ("Happy", "Sad", "Love", "Laughing", "Surprised", "Thumbs up")),
    "767226162000000": ("Health", ("Get well", "Take your medicine", "Drink water", "Appointment")),
}
#: The label and the pack of each sticker, by id. The first is from Meta's example.
STICKERS: Final = {
    "767226160478561": ("Waving hand", "767226160000000"),
    **{
        str(int(pack) + number): (label, pack)
        for pack, (_, labels) in _PACKS.items()
        for number, label in enumerate(labels, 1)
    },
}


def list_packs(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the packs."""
    fields = read_fields(call.parameters.get("fields"))

    def show(key: str) -> dict[str, Any]:
        known = {"id": lambda _: key, "name": lambda _: _PACKS[key][0]}
        return select(fields, known, ("id", "name"), "StickerPack")

    return page_through(call, list(_PACKS), show)


def list_stickers(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the stickers of one pack."""
    pack = call.segments[1]
    if pack not in _PACKS:
        raise unknown_object(call.method, pack)
    return _list(call, [key for key, (_, home) in STICKERS.items() if home == pack])


def search(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the stickers whose label holds the words."""
    words = str(call.parameters.get("q") or "").strip().lower()
    if not words:
        raise invalid("The parameter q is required")
    return _list(call, [key for key, (label, _) in STICKERS.items() if words in label.lower()])


def _list(call: GraphCall, ids: list[str]) -> dict[str, Any]:
    fields = read_fields(call.parameters.get("fields"))

    def show(key: str) -> dict[str, Any]:
        known = {
            "id": lambda _: key,
            "label": lambda _: STICKERS[key][0],
            "url": lambda _: f"https://cdn.invalid/stickers/{key}.png",
        }
        return select(fields, known, ("id", "label", "url"), "Sticker")

    return page_through(call, ids, show)
