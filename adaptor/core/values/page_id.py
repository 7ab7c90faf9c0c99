"""What a call takes from the configuration when it runs."""

from __future__ import annotations

from .lazy import Lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..state import State


class PageId(Lazy):
    """The Page that the credential is for: `configuration.page_id`, or `me`."""

    __slots__ = ()

    def __resolve__(self, state: State) -> str:
        configuration = state.get("configuration")
        page = configuration.get("page_id") if isinstance(configuration, dict) else None
        return str(page) if page else "me"

    def __repr__(self) -> str:
        return "state.configuration.page_id"

    def __reduce__(self) -> tuple[Any, ...]:
        return PageId, ()
