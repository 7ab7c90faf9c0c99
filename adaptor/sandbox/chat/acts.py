"""What a visitor of the chat page does: act as a person, or as a developer move the clock and request faults."""

from __future__ import annotations

import secrets
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.checker import SandboxError
from adaptor.sandbox.faults.faults import CALL, WIRE
from adaptor.sandbox.meta.errors import FAULTS
from adaptor.sandbox.people.tappable import tappable_buttons, tappable_in_profile, tappable_quick_replies
from adaptor.sandbox.state.records import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adaptor.sandbox.people.controls import Controls
    from adaptor.sandbox.people.person import SimulatedPerson
    from adaptor.sandbox.state.page_state import PageState

    Given = Mapping[str, Any]
    Act = Callable[[Controls, PageState, Given], "dict[str, Any] | None"]

#: The longest text that a person can type (page "Send a text message": 2,000 for the Page; the app takes more).
_TEXT: Final = 20_000
_KINDS: Final = ("image", "audio", "video")


def act(controls: Controls, page: PageState, given: Given) -> dict[str, Any]:
    """Do an act, and give its result.

    Raises:
        SandboxError: It cannot be done; the page shows the reason.
    """
    found = _ACTS.get(str(given.get("act")))
    if found is None:
        raise SandboxError(f"unknown act {given.get('act')!r}")
    try:
        return found(controls, page, given) or {}
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise SandboxError(f"{given.get('act')}: an invalid value: {error}") from error


def send_file(controls: Controls, page: PageState, psid: str, media_type: str, data: bytes) -> None:
    """Send a file as a person; its bytes are stored like uploads of the Page."""
    kind = media_type.partition("/")[0]
    key = page.uploads.put(media_type, data)
    url = page.file_url_of(key)
    controls.person(psid).sends_attachment(kind if kind in _KINDS else "file", {"url": url})


def _person(controls: Controls, given: Given) -> SimulatedPerson:
    return controls.person(str(given["psid"]))


def _says(controls: Controls, page: PageState, given: Given) -> None:
    text = str(given["text"])
    if not text.strip() or len(text) > _TEXT:
        raise SandboxError(f"a message has 1 to {_TEXT:,} characters")
    reply = given.get("reply_to")
    with page.lock:
        if reply is not None and str(reply) not in page.by_id:
            raise SandboxError("the message that is answered is no longer there")
        _person(controls, given).says(text, reply_to=None if reply is None else str(reply))


def _taps(controls: Controls, page: PageState, given: Given) -> dict[str, Any]:
    person, number = _person(controls, given), int(given["number"])
    with page.lock:
        tap = next(islice(_there(page, person.id, str(given["of"])), number, None), None) if number >= 0 else None
        # The page may be out of date: tap only what it shows.
        if tap is None or tap.title != str(given.get("title")):
            raise SandboxError("that is no longer there to be tapped")
        outcome = person.presses(tap)
    return {"opens": outcome, "kind": tap.kind} if tap.kind not in {"quick_reply", "postback"} else {}


def _there(page: PageState, psid: str, of: str) -> Any:
    if of == "quick_replies":
        return iter(tappable_quick_replies(page, psid))
    if of == "profile":
        return (tap for _, tap in tappable_in_profile(page, psid))
    message = page.by_id.get(of)
    taps: Any = tappable_buttons(message, page) if isinstance(message, Message) and message.psid == psid else iter(())
    return taps


def _reacts(controls: Controls, page: PageState, given: Given) -> None:
    person, mid, emoji = _person(controls, given), str(given["mid"]), str(given.get("emoji") or "")
    if mid not in page.by_id or len(emoji) > 16:
        raise SandboxError("that message is no longer there")
    if emoji:
        person.reacts(emoji, to=mid)
    else:
        person.unreacts(to=mid)


def _feedback(controls: Controls, page: PageState, given: Given) -> None:
    comment = str(given.get("comment") or "").strip()
    _person(controls, given).gives_feedback(str(given["score"]), comment or None)


def _details(controls: Controls, page: PageState, given: Given) -> None:
    details = given["details"]
    _person(controls, given).gives_details({str(key): str(value) for key, value in dict(details).items()})


def _simple(name: str, *keys: str) -> Act:
    def do(controls: Controls, page: PageState, given: Given) -> None:
        getattr(_person(controls, given), name)(*(str(given[key]) for key in keys))

    return do


def _add_person(controls: Controls, page: PageState, given: Given) -> dict[str, Any]:
    details: dict[str, Any] = {"last_message_hours_ago": None}
    for key in ("first_name", "last_name"):
        if str(given.get(key) or "").strip():
            details[key] = str(given[key]).strip()[:100]
    number = str(given.get("id") or secrets.randbelow(9 * 10**15) + 10**15)
    return {"psid": controls.add_person(number, **details).id}


def _advance(controls: Controls, page: PageState, given: Given) -> None:
    controls.advance(seconds=float(given["seconds"]))


def _reset_clock(controls: Controls, page: PageState, given: Given) -> None:
    controls.advance(seconds=-page.clock.offset.total_seconds())


def _fault(controls: Controls, page: PageState, given: Given) -> None:
    kind = str(given["kind"])
    what: str | int = kind
    details: dict[str, Any] = {}
    if kind not in {*WIRE, *CALL}:
        code, _, subcode = kind.partition("/")
        what = int(code)
        if subcode:
            details["subcode"] = int(subcode)
        if what == 80006:
            details["minutes"] = 5
    for key in ("on", "to"):
        if given.get(key):
            details[key] = str(given[key])
    if kind in {"lost", "reset"}:
        details["delivered"] = bool(given.get("delivered"))
    with page.lock:
        if given.get("share"):
            controls.faults.rate(what, float(given["share"]), **details)
        else:
            controls.faults.next(what, times=max(1, min(int(given.get("times") or 1), 1_000_000)), **details)
        page.changed("faults")


def _clear_faults(controls: Controls, page: PageState, given: Given) -> None:
    with page.lock:
        controls.faults.clear()
        page.changed("faults")


def _limit_rates(controls: Controls, page: PageState, given: Given) -> None:
    controls.limit_rates(bool(given["on"]))
    page.changed("faults")


def _subscribe(controls: Controls, page: PageState, given: Given) -> None:
    url = str(given["url"]).strip()
    if not url.startswith(("http://", "https://")):
        raise SandboxError("an address starts with http:// or https://")
    controls.subscribe(url, verify_token=str(given.get("verify_token") or ""))


def fault_names() -> list[tuple[str, str]]:
    """Give the faults that the page offers, each with its description."""
    ways = [
        ("lost", "answer lost on the way"),
        ("reset", "connection broken"),
        ("slow", "answer a second late"),
        ("truncated", "answer cut off"),
        ("invalid_json", "answer is not JSON"),
        ("error_in_200", "an error under status 200"),
        ("null_part", "part of a batch is null"),
        ("empty_page", "empty page of a list"),
    ]
    errors = [(f"{c}/{s}" if s else str(c), error.message) for (c, s), error in FAULTS.items()]
    return [*ways, *((code, message if len(message) <= 70 else f"{message[:69]}…") for code, message in errors)]


_ACTS: Final[dict[str, Act]] = {
    "says": _says,
    "taps": _taps,
    "reacts": _reacts,
    "feedback": _feedback,
    "details": _details,
    "edits": _simple("edits", "text", "mid"),
    "deletes": _simple("deletes", "mid"),
    "coupon": _simple("uses_coupon", "code", "payload"),
    "sticker": _simple("sends_sticker"),
    "reads": _simple("reads"),
    "goes_away": _simple("goes_away"),
    "blocks": _simple("blocks"),
    "unblocks": _simple("unblocks"),
    "reports": _simple("reports"),
    "links_account": _simple("links_account"),
    "add_person": _add_person,
    "advance": _advance,
    "reset_clock": _reset_clock,
    "fault": _fault,
    "clear_faults": _clear_faults,
    "expire_token": lambda controls, page, given: controls.expire_token(),
    "renew_token": lambda controls, page, given: controls.renew_token(),
    "limit_rates": _limit_rates,
    "subscribe": _subscribe,
}
