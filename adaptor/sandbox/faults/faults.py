"""Faults at Meta and on the way there, requested one by one, by a script, or at a rate.

    sandbox.faults.next("lost", delivered=True)           the next call is carried out, its response is lost
    sandbox.faults.next(80006, minutes=5, on="messages")  the next message is refused until five minutes have passed
    sandbox.faults.rate("reset", 0.05)                    one connection in twenty breaks, the same ones in each run
    sandbox.faults.script([None, "lost", 1200])           call by call

In transport: `lost` (closed without a response), `reset` (broken), `slow`, `truncated`, `invalid_json`. In the
response: an error by its code, `error_in_200`, `null_part` (of a batch), `empty_page` (of a list). `delivered` says
whether the call is carried out nevertheless; `sandbox.messages` holds every message that was.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.meta.errors import FAULTS, UNKNOWN, GraphError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adaptor.sandbox.request.call import GraphCall

#: Faults of a whole request, and faults in the response to one call.
WIRE: Final = ("lost", "reset", "slow", "truncated", "invalid_json")
CALL: Final = ("error", "error_in_200", "null_part", "empty_page")
# These need a response, so the call is carried out.
_DELIVERED: Final = frozenset({"slow", "truncated", "invalid_json", "empty_page"})
_HAPPENED: Final = 10_000
_BATCH: Final = "batch"


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        kind: One of the kinds above.
        delivered: Whether the call is carried out.
        error: For `error` and `error_in_200`: the error of the response.
        minutes: For 80006: the wait that the header reports.
        seconds: For `slow`: the time until the response.
        on: Only calls of this edge, such as `messages`; `batch` for the request that holds a batch.
        to: Only calls that name this person.
        method: Only calls of this method.
        part: In a script: the part of a batch that gets the error or null, counted from 0.
        status: An HTTP status in place of the error's own, such as 503.
    """

    kind: str
    delivered: bool = False
    error: GraphError = UNKNOWN
    minutes: int = 0
    seconds: float = 0.0
    on: str | None = None
    to: str | None = None
    method: str | None = None
    part: int = 0
    status: int = 0

    @property
    def name(self) -> str:
        """Its name in records: `lost`, `error 613`, …"""
        code = f"{self.error.code}/{self.error.subcode}" if self.error.subcode else str(self.error.code)
        text = f"{self.kind} {code}" if self.kind in {"error", "error_in_200"} else self.kind
        return f"{text}, delivered" if self.delivered else text

    @property
    def described(self) -> str:
        """The name, and the calls that it applies to."""
        meant = [f"on {self.on}" if self.on else "", f"to {self.to}" if self.to else "", self.method or ""]
        return ", ".join([self.name, *(part for part in meant if part)])

    def fits(self, call: GraphCall) -> bool:
        """Say whether the fault applies to a call."""
        batch = call.parameters.get("batch") if not call.segments else None
        if self.method is not None and self.method.upper() != call.method:
            return False
        if self.on is not None and self.on != (_BATCH if batch is not None else call.edge):
            parts = batch if isinstance(batch, list) else []
            if not any(f"/{self.on}" in str(part) for part in parts):
                return False
        return self.to is None or self.to in str(batch if batch is not None else call.parameters.get("recipient"))


def make_fault(what: str | int | Fault | Mapping[str, Any], **details: Any) -> Fault:
    """Make a fault from its name, its code, or a description as in `sandbox.json`.

    Raises:
        ValueError: There is no such fault, or it has no such detail.
    """
    if isinstance(what, Fault):
        return what
    if isinstance(what, dict):
        details = {**what, **details}
        what = details.pop("code" if "kind" not in details else "kind", "")
    if isinstance(what, int) and not isinstance(what, bool):
        details, what = {**details, "code": what}, details.pop("kind", "error")
    if what not in WIRE and what not in CALL:
        raise ValueError(f"unknown fault {what!r}; known are {', '.join((*WIRE, *CALL))}, and errors by their code")
    code, subcode = details.pop("code", None), details.pop("subcode", None)
    if code is not None:
        details["error"] = _error(code, subcode, details.pop("message", None))
    details.setdefault("delivered", what in _DELIVERED)
    if what == "slow":
        details.setdefault("seconds", 1.0)
    try:
        return Fault(str(what), **details)
    except TypeError as error:
        raise ValueError(f"the fault {what!r} does not take that: {error}") from None


def _error(code: int, subcode: int | None, message: str | None) -> GraphError:
    known = FAULTS.get((code, subcode))
    if known is None:
        words = message or f"(#{code}) This error was requested in the sandbox."
        return GraphError(code, words, subcode)
    return known if message is None else GraphError(code, message, subcode, known.type, known.status)


@dataclass
class Faults:
    """The faults of one sandbox.

    Attributes:
        happened: The faults so far, oldest first: the fault's name, and the method and path of the call.
    """

    seed: int = 0
    happened: list[tuple[str, str, str]] = field(default_factory=list)
    _waiting: list[list[Any]] = field(default_factory=list)
    _rates: list[tuple[Fault, float]] = field(default_factory=list)
    _script: list[Fault | None] = field(default_factory=list)
    _turn: Fault | None = None
    _random: random.Random = field(default_factory=lambda: random.Random(0), repr=False)

    def __post_init__(self) -> None:
        self.reseed(self.seed)

    def reseed(self, seed: int) -> None:
        """Set the seed from which rates choose calls; the same seed chooses the same calls."""
        self.seed = seed
        self._random.seed(seed)

    def next(self, what: str | int | Fault, *, times: int = 1, **details: Any) -> None:
        """Request a fault for the next matching calls.

        Args:
            what: The fault's name, or an error's code.
            times: How many calls.
            **details: As in `Fault`, and `subcode` and `message` of an error.
        """
        self._waiting.append([make_fault(what, **details), times])

    def rate(self, what: str | int | Fault, share: float, **details: Any) -> None:
        """Request a fault for a share (0 to 1) of the matching calls; the seed alone decides which."""
        if not 0 <= share <= 1:
            raise ValueError(f"a rate is a share between 0 and 1, not {share!r}")
        self._rates.append((make_fault(what, **details), share))

    def script(self, turns: Iterable[str | int | Fault | Mapping[str, Any] | None]) -> None:
        """Set the fault of each of the next requests; None for no fault."""
        self._script = [None if turn is None else make_fault(turn) for turn in turns]

    def clear(self) -> None:
        """Cancel all requested faults."""
        self._waiting.clear()
        self._rates.clear()
        self._script.clear()
        self._turn = None

    @property
    def orders(self) -> list[str]:
        """The requested faults, in words."""
        waiting = [f"the next {times} × {fault.described}" for fault, times in self._waiting]
        rates = [f"{share:.0%} of calls: {fault.described}" for fault, share in self._rates]
        left = len(self._script)
        script = f"a script for the next {left} request{'' if left == 1 else 's'}"
        return [*waiting, *rates, *([script] if left else [])]

    @property
    def ordered(self) -> bool:
        """Whether any fault is still requested."""
        return bool(self._waiting or self._rates or self._script or self._turn)

    def on_request(self, call: GraphCall) -> Fault | None:
        """Choose the fault of a request as a whole."""
        self._turn = None
        if self._script:
            turn = self._script.pop(0)
            if turn is not None and turn.kind in WIRE:
                return self._record(turn, call)
            self._turn = turn
        return self._choose(call, WIRE)

    def on_batch(self, call: GraphCall) -> Fault | None:
        """Choose the error with which a whole batch fails, if any."""
        return (
            self._take_turn(call, 0, CALL)
            if self._turn is not None and self._turn.on == _BATCH
            else self._choose(call, CALL, only=_BATCH)
        )

    def on_call(self, call: GraphCall, part: int | None = None) -> Fault | None:
        """Choose the fault in the response to one call: a request, or one part of a batch."""
        # Only a part of a batch can be null.
        kinds = CALL if part is not None else tuple(kind for kind in CALL if kind != "null_part")
        return self._take_turn(call, part or 0, kinds) or self._choose(call, kinds)

    def _take_turn(self, call: GraphCall, part: int, kinds: tuple[str, ...]) -> Fault | None:
        turn = self._turn
        if turn is None or turn.part != part:
            return None
        self._turn = None
        return self._record(turn, call) if turn.kind in kinds else None

    def _choose(self, call: GraphCall, kinds: tuple[str, ...], only: str | None = None) -> Fault | None:
        for entry in self._waiting:
            fault: Fault = entry[0]
            if fault.kind in kinds and (only is None or fault.on == only) and fault.fits(call):
                entry[1] -= 1
                if entry[1] <= 0:
                    self._waiting.remove(entry)
                return self._record(fault, call)
        for fault, share in self._rates:
            if fault.kind not in kinds or (only is not None and fault.on != only) or not fault.fits(call):
                continue
            if self._random.random() < share:
                return self._record(fault, call)
        return None

    def _record(self, fault: Fault, call: GraphCall) -> Fault:
        if len(self.happened) < _HAPPENED:
            self.happened.append((fault.name, call.method, call.path))
        return fault
