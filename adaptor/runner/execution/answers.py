"""The answers of a person, for which steps of a run wait."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ...core.run.context import Run
    from .recording.ledger_options import LedgerOptions
    from .recording.resume import RunLedger

#: The status of the record of an answer, in the place of a step.
_ANSWERED = "answered"
#: The facts of an answer that was given on the command line; as those of a message (see `service.inbox.facts`).
_FACTS: dict[str, Any] = {
    **dict.fromkeys(("page", "timestamp", "payload", "quick_reply", "referral", "mid")),
    "event": "messages",
    "attachments": [],
    "is_echo": False,
    "standby": False,
}

#: What a reply can hold beside its text: facts of the event, which a condition of the workflow may ask for.
REPLY_KEYS = ("text", "payload", "quick_reply", "attachments", "referral", "event")


class Answers:
    """What a person has answered to the steps of a run.

    Args:
        options: The answers that this attempt of the run was given.
        run: The run.
        ledger: What earlier attempts have recorded.
    """

    def __init__(self, options: LedgerOptions, run: Run, ledger: RunLedger) -> None:
        self._given = options.reply
        self._replies = list(options.replies or ())
        self._on_reply = options.on_reply
        self._run = run
        self._ledger = ledger

    def to(self, step: str, arrival: int, psid: str | None, seconds: float) -> Mapping[str, Any] | None:
        """Return how a step was answered: `{"facts": …}`, None in it where the time is over; None if the run must wait.

        An answer is recorded, so that each attempt gets the same one. Where there is none, the run is recorded with the
        states of its steps: another process continues it.

        Args:
            step: The id of the step.
            arrival: The id of its arrival.
            psid: Whom it has asked, as far as that is known.
            seconds: How long an answer is awaited.

        Raises:
            AdaptorError: It cannot be recorded.
        """
        place = f"answer to {step}"
        known = self._ledger.recorded_step(place, arrival)
        if known is not None:
            return dict(known.output)
        given = self._answer(step, arrival, psid, seconds)
        if self._run.dry_run:
            return given
        from ...ledger.ledger import ledger_of

        ledger = ledger_of(self._run)
        if given is not None:
            ledger.enter_step(place, arrival)
            ledger.keep_step(_ANSWERED, given)
        return given

    def _answer(self, step: str, arrival: int, psid: str | None, seconds: float) -> dict[str, Any] | None:
        if self._given is not None and (self._given["step"], self._given["arrival"]) == (step, arrival):
            return {"facts": self._given["facts"]}
        if not self._replies:
            return None
        reply = self._replies.pop(0)
        content = {"text": reply} if isinstance(reply, str) else reply
        if self._on_reply is not None:
            self._on_reply(psid, content, seconds)
        return {"facts": None if content is None else {**_FACTS, "text": None, "psid": psid, **content}}


def reply_facts(reply: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of a reply: what is tapped with a payload, and is no quick reply, is a postback."""
    facts = dict(reply)
    if facts.get("quick_reply") is not None:
        facts.setdefault("payload", facts["quick_reply"])
    elif facts.get("payload") is not None and "event" not in facts:
        facts["event"] = "messaging_postbacks"
        facts["postback"] = {"title": facts.pop("text", None), "payload": facts["payload"]}
    return facts
