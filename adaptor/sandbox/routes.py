"""Who answers: the version, the object and the edge of a path, and the function that stands behind them.

A new part of the API is a module of its own and a line in `_ROUTES`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox import limits
from adaptor.sandbox.access import check_access
from adaptor.sandbox.errors import unknown_object, unknown_path, unsupported
from adaptor.sandbox.messages import send
from adaptor.sandbox.people import read_page, read_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adaptor.sandbox.call import Call
    from adaptor.sandbox.world import World

    Handler = Callable[[Call, World], Any]

# (kind of object, edge, method). An edge of "" is the object itself.
_ROUTES: Final[Mapping[tuple[str, str, str], Handler]] = {
    ("page", "", "GET"): read_page,
    ("page", "messages", "POST"): send,
    ("person", "", "GET"): read_profile,
}
_EDGES: Final = frozenset((kind, edge) for kind, edge, _ in _ROUTES)
_VERSION: Final = re.compile(r"v(\d{1,3})\.(\d{1,2})")


def dispatch(call: Call, world: World) -> Any:
    """Answer a call, or raise `Refused`."""
    read_path(call)
    check_access(call, world)
    if not call.segments:
        raise unsupported(call.method)
    name, *edges = call.segments
    edge = "/".join(edges)
    kind = _kind_of(name, world)
    handler = _ROUTES.get((kind, edge, call.method))
    if handler is not None:
        return handler(call, world)
    if kind == "":
        raise unknown_object(call.method, name)
    if (kind, edge) in _EDGES:
        raise unsupported(call.method)
    raise unknown_path(f"/{'/'.join(call.segments)}")


def read_path(call: Call) -> None:
    """Split the path, and settle which version answers."""
    segments = tuple(part for part in call.path.split("/") if part)
    oldest, newest = (f"v{major}.{minor}" for major, minor in (limits.OLDEST_VERSION, limits.NEWEST_VERSION))
    # A call without a version, or with a retired one, is served by the oldest that lives.
    call.version = oldest
    match = _VERSION.fullmatch(segments[0]) if segments else None
    if match:
        asked = (int(match[1]), int(match[2]))
        if asked > limits.NEWEST_VERSION:
            call.version = newest
            raise unknown_path(f"/{'/'.join(segments)}")
        call.version = segments[0] if asked >= limits.OLDEST_VERSION else oldest
        segments = segments[1:]
    call.segments = segments


def _kind_of(name: str, world: World) -> str:
    if name in {"me", world.page_id}:
        return "page"
    if not (name.isascii() and name.isdigit()):
        return ""
    with world.lock:
        return "person" if world.open_house or name in world.people else ""
