"""The forms of `recipient`: a person, a user of the checkbox plugin, the author of a post or a comment.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adaptor.sandbox.meta import limits
from adaptor.sandbox.meta.errors import (
    ALREADY_REPLIED,
    DEAD_TOKEN,
    NO_PHONE_PERMISSION,
    NO_SUCH_PERSON,
    NOT_A_TESTER,
    REPLY_TOO_LATE,
    UNAVAILABLE,
    Refused,
    invalid,
)
from adaptor.sandbox.request.request_object import RequestObject
from adaptor.sandbox.state.objects import Person

if TYPE_CHECKING:
    from adaptor.sandbox.state.page_state import PageState

_LIVE = ("id", "user_ref", "post_id", "comment_id")
_DEAD = {
    "phone_number": NO_PHONE_PERMISSION,
    "notification_messages_token": DEAD_TOKEN,
    "one_time_notif_token": DEAD_TOKEN,
}
_FORMS = frozenset({*_LIVE, *_DEAD})


@dataclass(frozen=True)
class Recipient:
    """A checked `recipient`.

    Attributes:
        form: The key, such as `id`.
        value: Its value, as text.
        raw: The object as it came.
    """

    form: str
    value: str
    raw: dict[str, Any]

    @property
    def thread(self) -> str:
        """The thread for records about this recipient."""
        if self.form == "id":
            return self.value
        return f"user_ref {self.value}" if self.form == "user_ref" else _author_of(self.value)

    @property
    def private_reply(self) -> bool:
        """Whether this is a private reply to a post or a comment."""
        return self.form in {"post_id", "comment_id"}


def read_recipient(parameters: dict[str, Any]) -> Recipient:
    """Read `recipient`, which must name one person in one form."""
    raw = parameters.get("recipient")
    if raw is None:
        raise invalid("The parameter recipient is required")
    if raw in ({}, "", []):
        raise invalid("param recipient must be non-empty.")
    part = RequestObject(raw, "recipient")
    forms = [form for form in part.value if form in _FORMS and part.has(form)]
    if len(forms) != 1:
        raise invalid(f"Param recipient must hold exactly one of {{{', '.join(_LIVE)}}}")
    form = forms[0]
    value = part.value[form]
    if form in _DEAD:
        raise Refused(_DEAD[form])
    # Echoes give some ids as numbers, and clients send them back unchanged.
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    if not text or (form == "id" and not (text.isascii() and text.isdigit())):
        raise invalid(f'Param recipient[{form}] must be a valid ID string (e.g., "123")')
    return Recipient(form, text, part.value)


def find_recipient(page: PageState, recipient: Recipient) -> Person | None:
    """Find the person, or refuse; None for a `user_ref`, which Meta does not resolve for the sender.

    The caller holds the lock of the page state.
    """
    if recipient.form == "user_ref":
        return None
    if recipient.private_reply:
        if recipient.value in page.answered:
            raise Refused(ALREADY_REPLIED)
        author, written = page.posts.get(recipient.value, (recipient.thread, None))
        if written is not None and page.clock.now() - written > limits.PRIVATE_REPLY:
            raise Refused(REPLY_TOO_LATE)
        psid = author
        known = page.people.get(psid)
        if known is not None and (known.blocked or known.banned):
            raise Refused(UNAVAILABLE)
        # A post or comment opens no window: the author has to answer the private reply first.
        return page.people.setdefault(psid, Person(psid, "Author of", recipient.value))
    person = require_person(page, recipient.value)
    if person.blocked or person.banned:
        raise Refused(UNAVAILABLE)
    if page.development and person.role is None:
        raise Refused(NOT_A_TESTER)
    return person


def require_person(page: PageState, psid: str) -> Person:
    """Give the person with this id, or refuse."""
    person = page.find_person(psid) if psid.isdigit() else None
    if person is None:
        raise Refused(NO_SUCH_PERSON)
    return person


def _author_of(post: str) -> str:
    # Derived from the post, so that it has the same author in every run.
    digest = int.from_bytes(hashlib.sha256(post.encode("utf-8", "surrogatepass")).digest()[:8], "big")
    return str(10**15 + digest % (9 * 10**15))
