"""Changes as they happen: server-sent events that name the changed threads, a few times a second at most.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adaptor.sandbox.state.page_state import PageState

# Changes within this time go in one event: a browser cannot take thousands.
_PAUSE: Final = 0.1
# Write a comment after this silence: only a write shows that the browser has gone.
_QUIET: Final = 15.0
_THREADS: Final = 200


def stream_changes(page: PageState, run: str, pause: Callable[[float], None]) -> Iterator[bytes]:
    """Give the bytes of an endless response; it ends when the sandbox stops.

    Args:
        page: The state of the Page.
        run: The id of this run of the sandbox, so that the page notices a restart.
        pause: Waits for some seconds.
    """
    number = page.events.number
    yield _event("hello", {"run": run, "number": number})
    while not page.events.closed:
        events = page.events.after(number, timeout=_QUIET)
        if not events:
            # The line is a comment.
            yield b": still here\n\n"
            continue
        number = events[-1].number
        threads = dict.fromkeys(event.thread for event in events)
        many = len(threads) > _THREADS
        kinds = sorted({event.kind for event in events})
        yield _event(
            "change", {"number": number, "threads": [] if many else list(threads), "many": many, "kinds": kinds}
        )
        pause(_PAUSE)


def _event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
