"""Lists that come in pages: each page is requested when its items are needed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec
from urllib.parse import parse_qsl, urlsplit

from ..core.errors import AdaptorError, WrongCall
from ..core.operation import builder_of
from ..core.run.context import Run, active
from ..core.state import State, a_kind, compose_next_state
from ..core.values.arguments import known
from ..core.values.lazy import Lazy
from .operation import GraphOperation, make_call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .draft import Draft
    from .needs import Needs
    from .request import GraphRequest

P = ParamSpec("P")

#: The most items that one page is requested with.
PAGE_SIZE = 100
#: Parameters of the next page's address that must not be taken over: credentials, and `pretty`, which Meta wrote there
#: until it removed the feature (v26.0, all versions since 2026-10-27).
_LEFT_OUT = frozenset({"access_token", "appsecret_proof", "pretty"})


class GraphListing(GraphOperation):
    """An operation that reads a list page by page.

    Performed, it puts the whole list into `data`. As the source of a loop, `each(list_personas(), …)`, it requests a
    page only when the loop reaches it.
    """

    __slots__ = ()

    def __init__(self, *args: Any, needs: Needs) -> None:
        super().__init__(*args, needs=needs)
        _wanted(known(self.draft.params).get("limit"))

    def items(self, state: State) -> Iterator[Any]:
        """Yield the items one by one; a page is requested when its first item is.

        Args:
            state: Holds the `configuration`.
        """
        run = active.get()
        if run is None:
            with Run() as own:
                yield from self._items(state, own, [])
        else:
            yield from self._items(state, run, [])

    def perform(self, state: State, run: Run) -> State:
        """Read the list; `data` becomes all of its items, `response` what is known about the last page."""
        responses: list[Any] = []
        items = list(self._items(state, run, responses, entered=True))
        return {**compose_next_state(state, items), "response": responses[-1]}

    def _items(self, state: State, run: Run, responses: list[Any], *, entered: bool = False) -> Iterator[Any]:
        request = self.describe(state)
        wanted = _wanted(request.params.get("limit"))
        place: dict[str, Any] = {}
        while True:
            params = {**request.params, **place}
            if wanted is not None:
                params["limit"] = min(wanted, PAGE_SIZE)
            answer = self._page(request._replace(params=params), state, run, entered)
            responses.append(answer.response)
            # Some edges are documented with the list alone, without `data` around it.
            page = answer.body.get("data") if isinstance(answer.body, dict) else answer.body
            for item in page if isinstance(page, list) else ():
                yield item
                if wanted is not None:
                    wanted -= 1
                    if wanted == 0:
                        return
            following = next_place(answer.body)
            # A cursor that does not advance would be read for ever.
            if not following or following == place:
                return
            place = following

    def _page(self, request: GraphRequest, state: State, run: Run, entered: bool) -> Any:
        if entered:
            return make_call(request, self.draft, state, run)
        # As the source of a loop, the operation is not called: enter it here, so that an error names it.
        run.path.append(self._entry)
        run.under_way.append(self)
        try:
            return make_call(request, self.draft, state, run)
        except AdaptorError as error:
            self.locate(error, run, state)
            raise
        finally:
            run.path.pop()
            run.under_way.pop()


def next_place(body: Any) -> dict[str, str]:
    """Return the parameters of the next page, or nothing if this is the last.

    The address of the next page is never requested: it holds the token and may lead anywhere. Only its parameters are
    used.
    """
    paging = body.get("paging") if isinstance(body, dict) else None
    if not isinstance(paging, dict) or not isinstance(paging.get("next"), str):
        return {}
    query = dict(parse_qsl(urlsplit(paging["next"]).query))
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    place = {key: value for key, value in query.items() if key not in _LEFT_OUT and key != "limit"}
    return {**place, "after": after} if isinstance(after, str) else place


def listing(*, needs: Needs) -> Callable[[Callable[P, Draft]], Callable[P, GraphListing]]:
    """Make an operation of a function that drafts the read of a paged list.

    The draft's parameter `limit` is the number of items wanted in all.

    Args:
        needs: As for `graph_operation`.
    """
    return lambda function: builder_of(function, partial(GraphListing, needs=needs), takes_state=False)


def _wanted(limit: Any) -> int | None:
    if limit is None or isinstance(limit, Lazy):
        return None
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        shown = a_kind(limit) if not isinstance(limit, int) else str(limit)
        raise WrongCall(f"`limit` is {shown}.", fix="Give a whole number from 1 on, or leave it out for all.")
    return limit
