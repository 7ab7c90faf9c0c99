"""Lists that come in pages: cursors, `limit`, `after`, `before`, and the addresses of the neighbours.

A cursor names the item at which a page ended, so that items added or removed in between shift nothing.

https://developers.facebook.com/docs/graph-api/results
"""

from __future__ import annotations

import base64
import binascii
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from adaptor.sandbox.meta.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from adaptor.sandbox.request.call import GraphCall

_DEFAULT: Final = 25
_MOST: Final = 100
_SECRET: Final = frozenset({"after", "before", "limit", "access_token", "__paging_token"})
# Before the first item: no id looks like this.
_START: Final = "^"


def page_through(
    call: GraphCall,
    keys: Collection[str],
    show: Callable[[str], Any],
    *,
    path: str | None = None,
    asked: dict[str, Any] | None = None,
    keep: Callable[[str], bool] | None = None,
) -> dict[str, Any]:
    """Give one page of a list.

    Args:
        call: The request, whose address the links of other pages start with.
        keys: The ids of all items, in order.
        show: Gives the item for an id.
        path: The path of the list, without the version. Default: that of the call.
        asked: `limit`, `after` and `before`. Default: the parameters of the call.
        keep: Which items to show. As at Meta, this applies after the page was cut: a page can be short or empty and
            still have a `next`.
    """
    given = call.parameters if asked is None else asked
    limit = _read_limit(given.get("limit"))
    before, after = _decode(given.get("before")), _decode(given.get("after"))
    if call.empty_page:
        # A fault asks for this: an empty page, although there are more items.
        call.empty_page = False
        edge = after or _START
        return _write(call, [], (edge, edge), path, given, limit, earlier=bool(after), later=True)
    if after is not None:
        chosen, rest = _take(_behind(keys, after), limit)
        earlier, later = after != _START and bool(chosen), rest
    elif before is not None:
        ahead = _ahead(keys, before)
        chosen = ahead[-limit:]
        earlier, later = len(ahead) > limit, bool(chosen)
    else:
        chosen, later = _take(iter(keys), limit)
        earlier = False
    if not chosen:
        return {"data": []}
    data = [show(key) for key in chosen if keep is None or keep(key)]
    return _write(call, data, (chosen[0], chosen[-1]), path, given, limit, earlier=earlier, later=later)


def _write(
    call: GraphCall,
    data: list[Any],
    edges: tuple[str, str],
    path: str | None,
    given: dict[str, Any],
    limit: int,
    *,
    earlier: bool,
    later: bool,
) -> dict[str, Any]:
    cursors = {"before": _encode(edges[0]), "after": _encode(edges[1])}
    paging: dict[str, Any] = {"cursors": cursors}
    for there, name, cursor in ((earlier, "previous", "before"), (later, "next", "after")):
        if there:
            kept = {key: value for key, value in given.items() if key not in _SECRET and isinstance(value, (str, int))}
            # Meta puts the token into these addresses too: a client that logs them leaks it.
            query = {"access_token": call.token, **kept, "limit": limit, cursor: cursors[cursor]}
            place = path or "/".join(call.segments)
            paging[name] = f"{call.base}/{call.version}/{place}?{urlencode(query, errors='surrogatepass')}"
    return {"data": data, "paging": paging}


def _take(items: Iterable[str], limit: int) -> tuple[list[str], bool]:
    chosen = list(islice(items, limit + 1))
    return chosen[:limit], len(chosen) > limit


def _behind(keys: Iterable[str], key: str) -> Iterable[str]:
    items = iter(keys)
    if key != _START:
        for item in items:
            if item == key:
                break
    return items


def _ahead(keys: Iterable[str], key: str) -> list[str]:
    found: list[str] = []
    for item in keys:
        if item == key:
            return found
        found.append(item)
    return []


def _read_limit(value: object) -> int:
    if value is None or value == "":
        return _DEFAULT
    text = str(value)
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise invalid("Param limit must be a positive integer")
    return min(int(text), _MOST)


def _encode(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def _decode(cursor: object) -> str | None:
    if cursor is None or cursor == "":
        return None
    try:
        text = str(cursor)
        whole = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return whole.decode("utf-8", "surrogatepass")
    except (ValueError, binascii.Error):
        raise invalid("Invalid cursors values, after and before must come from an earlier page") from None
