"""What a call takes from the configuration when it runs."""

from __future__ import annotations

from .arguments import Deferred

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..state import State


def _page_id(state: State) -> str:
    configuration = state.get("configuration")
    page = configuration.get("page_id") if isinstance(configuration, dict) else None
    return str(page) if page else "me"


#: The Page that the credential is for: `configuration.page_id`, or `me`.
PAGE_ID = Deferred(_page_id, reads_state=True, written="state.configuration.page_id")
