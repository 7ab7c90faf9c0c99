"""Who a message is for, in each of Meta's forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.run.context import active
from ...core.values.lazy import Lazy
from .limits import check_object, refuse
from .psid import SPACE, problem_of
from .values import text_of

if TYPE_CHECKING:
    from ...core.run.context import Run


def recipient_object(recipient: Any) -> Any:
    """Return Meta's recipient object for a PSID, without spaces around it; objects stay as they are otherwise."""
    if isinstance(recipient, bool) or recipient is None:
        raise refuse("recipient", f"is {recipient}", "Give the person's PSID as text.")
    if isinstance(recipient, float):
        raise refuse(
            "recipient",
            "is a number with a decimal point: a program converted the id",
            "Read the column as text: at 16 digits the id itself may be damaged.",
        )
    if isinstance(recipient, str | int):
        return {"id": str(recipient).strip(SPACE)}
    psid = recipient.get("id") if isinstance(recipient, dict) else None
    return {**recipient, **recipient_object(psid)} if isinstance(psid, str | float) else recipient


def recipient_id(recipient: Any) -> Any:
    """Return the id in a recipient object, whatever its form."""
    return next(iter(recipient.values()), None) if isinstance(recipient, dict) else None


#: The forms of a recipient; a recipient object has exactly one of them.
RECIPIENT_FORMS = (
    "id",
    "user_ref",
    "post_id",
    "comment_id",
    "phone_number",
    "notification_messages_token",
    "one_time_notif_token",
)


def check_recipient(recipient: Any) -> None:
    """Refuse a recipient that is in none of Meta's forms."""
    fix = 'Give a PSID as text, or one of Meta\'s recipient objects: {"id": "…"}.'
    if recipient is None:
        raise refuse("recipient", "is missing", fix)
    content = check_object("recipient", recipient, '{"id": "…"}')
    if content is None:
        return
    forms = [form for form in content if form in RECIPIENT_FORMS and content[form] is not None]
    if not forms:
        what = "is empty" if not content else f"has none of {', '.join(RECIPIENT_FORMS[:5])}"
        raise refuse("recipient", what, fix)
    if len(forms) > 1:
        raise refuse("recipient", f"has both {forms[0]} and {forms[1]}", "Keep one of them.")
    value = content[forms[0]]
    if isinstance(value, Lazy):
        return
    # Echoes give some ids as numbers, and people send them back as they came.
    value = text_of(value)
    if not isinstance(value, str):
        raise refuse(f"recipient.{forms[0]}", "is not text", "Give the id as text.")
    if forms[0] == "id":
        problem = problem_of(value)
        if problem is not None:
            raise refuse("recipient.id", *problem)
        if not (value.isascii() and value.isdigit()):
            warn_of_words("a recipient", value)
    elif not value.strip() or value != value.strip():
        what = "is empty" if not value.strip() else "has spaces in it"
        raise refuse(f"recipient.{forms[0]}", what, "Give the id as text, without spaces.")


def warn_of_words(whose: str, value: str) -> None:
    """Warn in a run that an id is not made of digits, as PSIDs are: of the first at once, of how many at its end."""
    run = active.get()
    if run is None:
        return
    seen = run.resource(f"the ids of {whose}", lambda: _Words(run, whose)).seen
    if not seen:
        where = f"{place}: " if (place := run.place()) else ""
        what = f"{where}the id of {whose} is not made of digits, as PSIDs are: {value!r}."
        run.warn("messenger", what)
    seen.add(hash(value))


class _Words:
    """The ids that are not made of digits; only a number of each is kept, since there may be a million."""

    def __init__(self, run: Run, whose: str) -> None:
        self._run = run
        self._whose = whose
        self.seen: set[int] = set()

    def close(self) -> None:
        """Say how many there were."""
        if len(self.seen) > 1:
            what = f"{len(self.seen):,} different ids of {self._whose} are not made of digits, as PSIDs are."
            self._run.warn("messenger", what)
