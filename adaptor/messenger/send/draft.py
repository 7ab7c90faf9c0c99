"""How a call of the Send API is drafted: whom it is for, and what it carries.

Source: https://developers.facebook.com/docs/messenger-platform/reference/send-api
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.values.arguments import Deferred, known, prepare
from ...core.values.lazy import Lazy, resolve
from ...core.values.page_id import PAGE_ID
from ...graph.draft import Draft
from ..rules.permissions import HUMAN_AGENT, SENDING
from ..rules.recipient import recipient_id, recipient_object
from ..rules.values import given
from ..rules.windows import check_known_window, check_window
from .body_rules import check_body, check_long_body
from .http_headers import http_headers
from .several_calls import text_series

if TYPE_CHECKING:
    from ...core.state import State
    from ...graph.needs import Need
    from ...graph.request import GraphRequest


class SendDraft(Draft):
    """A call of the Send API. It resolves, prunes and checks its body itself, and hands a finished call down.

    Args:
        body: What is sent, in Meta's spelling.
        files: Local files by the name of their form field.
        key: The job's own key.
        answers: Further keys of the answer, for a dry run.
        window: Raises where the person's window is closed, when it is resolved; None where nothing is known of it.
        split: Whether a long text goes out in parts.
        typing: Seconds of typing before each part, or None.
        is_whole: The body goes out as it is given: nothing in it is dropped.
        headers: Further HTTP headers of the call.
    """

    __slots__ = ("_headers", "_is_whole", "_split", "_typing", "_window")

    def __init__(
        self,
        body: Any,
        *,
        files: Any = None,
        key: Any = None,
        answers: Any = None,
        window: Lazy | None = None,
        split: bool = False,
        typing: float | None = None,
        is_whole: bool = False,
        headers: Any = None,
    ) -> None:
        if not is_whole:
            recipient = prepare(body["recipient"])
            body = {**body, "recipient": recipient if isinstance(recipient, Lazy) else recipient_object(recipient)}
        super().__init__("POST", [PAGE_ID, "messages"], body=body, files=files, answers=answers, key=key)
        self._window = window
        self._split = split
        self._typing = typing
        self._is_whole = is_whole
        self._headers = prepare(headers)
        self._check_body(known(self.body))

    @property
    def makes_several_calls(self) -> bool:
        """Whether a text may go out in parts, or with typing before it."""
        return self._split or self._typing is not None

    def calls(self, state: State) -> list[GraphRequest]:
        """Return the calls that are made for this state: several for a text in parts, or with typing before it."""
        request, is_judged = self._checked(state)
        requests = [request]
        if self.makes_several_calls:
            requests = text_series(request, split=self._split, typing=self._typing)
        if not is_judged:
            check_known_window(requests, state)
        return requests

    def request(self, state: State) -> GraphRequest:
        """Return the finished call for this state, checked.

        Raises:
            InvalidMessage: Meta would refuse it. Nothing was sent.
            WindowClosed: The person wrote too long ago. Nothing was sent.
        """
        return self._checked(state)[0]

    def _checked(self, state: State) -> tuple[GraphRequest, bool]:
        """Return the finished call, and whether the job's own time of the person's last message has allowed it."""
        body = self.body
        if isinstance(body, Lazy):
            body = self.pruned(body.__resolve__(state))
            self._check_body(body)
        # Never judged when the job is loaded: what counts is the time at which the message would be sent.
        is_judged = bool(resolve(self._window, state))
        headers = http_headers(resolve(self._headers, state))
        return self.finished(body, state, expects=_expected(body), headers=headers), is_judged

    def pruned(self, body: Any) -> Any:
        """Return a resolved body without optional parts that turned out to be None, its recipient in Meta's form."""
        if self._is_whole:
            return body
        return without_empty_options({**body, "recipient": recipient_object(body["recipient"])})

    def recipient(self, recipient: Any) -> Any:
        """Return Meta's recipient object of what the job gave for one."""
        return recipient if self._is_whole else recipient_object(recipient)

    def placeholder(self, request: GraphRequest, state: State) -> Any:
        """Return what a dry run gives to the job in place of Meta's answer."""
        return {} if request.is_aside else _answer(request.body, resolve(self.answers, state))

    def known_answer(self) -> Any:
        """Return the documented shape of the answer, as far as it is known when the operation is built."""
        body = known(self.body)
        return _answer(body, known(self.answers)) if isinstance(body, dict) else None

    def _check_body(self, body: Any) -> None:
        (check_long_body if self._split else check_body)(body)


#: The options of a send that `message_draft` takes, by the names that operations give them.
_OPTIONS = (
    *("messaging_type", "tag", "notification_type", "reply_to", "persona_id", "thread_control"),
    *("last_user_message_at", "key", "split", "typing"),
)


def options_in(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a send that are among the arguments of an operation."""
    return {name: arguments[name] for name in _OPTIONS if name in arguments}


def content_draft(content: dict[str, Any], arguments: dict[str, Any], **more: Any) -> SendDraft:
    """Draft the call that sends a content: a text, a picture, a template.

    Args:
        content: What the message says, in Meta's spelling.
        arguments: The arguments of the operation, its `locals()`. Ten operations take the same options, and each of
            them shows all in its signature, since `help` and editors do not look behind `**options`.
        **more: What else `message_draft` takes.
    """
    message = given(**content, quick_replies=arguments.get("quick_replies"), metadata=arguments.get("metadata"))
    return message_draft(arguments["recipient"], message, **options_in(arguments), **more)


def message_draft(
    recipient: Any,
    message: Any,
    *,
    reply_to: Any = None,
    last_user_message_at: Any = None,
    files: Any = None,
    key: Any = None,
    answers: dict[str, Any] | None = None,
    split: bool = False,
    typing: float | None = None,
    **fields: Any,
) -> SendDraft:
    """Draft the call that sends a message.

    Args:
        recipient: As operations take it.
        message: Meta's message object.
        reply_to: The id of the message that is quoted.
        last_user_message_at: When the person last wrote, where the job knows it.
        files: Local files by the name of their form field.
        key: The job's own key.
        answers: Further keys of the answer, for a dry run.
        split: Whether a long text goes out in parts.
        typing: Seconds of typing before each part, or None.
        **fields: Further fields of the body, in Meta's spelling.
    """
    window = None
    if last_user_message_at is not None:
        moment = prepare(last_user_message_at)
        window = Deferred(check_window, (moment, fields.get("messaging_type"), fields.get("tag")))
    return SendDraft(
        {
            "recipient": recipient,
            **given(message=message, reply_to=None if reply_to is None else {"mid": reply_to}, **fields),
        },
        files=files,
        key=key,
        answers=answers,
        window=window,
        split=split,
        typing=typing,
    )


def action_draft(recipient: Any, action: str, **fields: Any) -> SendDraft:
    """Draft the call that shows a sender action."""
    return SendDraft({"recipient": recipient, **given(sender_action=action, **fields)})


def message_needs(draft: Draft) -> Need:
    """Return what a message needs, with what its tag adds."""
    return SENDING._replace(features=(HUMAN_AGENT,)) if tag_of(draft) == "HUMAN_AGENT" else SENDING


def tag_of(draft: Draft) -> str | None:
    """Return the tag of a message; None where it has none, or none that is known when the job is loaded."""
    body = known(draft.body)
    tag = body.get("tag") if isinstance(body, dict) else None
    return tag if isinstance(tag, str) else None


def _is_action(body: Any) -> bool:
    return isinstance(body, dict) and body.get("sender_action") is not None


def _answer(body: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Return the documented shape of the answer to a call with this body."""
    person = {"recipient_id": recipient_id(body.get("recipient"))}
    return person if _is_action(body) else {**person, "message_id": "m_dry_run", **more}


def _expected(body: Any) -> tuple[str, ...]:
    """Return what the answer must hold: Meta names the person of an action only to those who named them by id."""
    if not _is_action(body):
        return ("message_id",)
    recipient = body.get("recipient")
    return ("recipient_id",) if isinstance(recipient, dict) and recipient.get("id") is not None else ()


def without_empty_options(body: dict[str, Any]) -> dict[str, Any]:
    """Leave out optional arguments that were None in this state, as if they had not been given."""
    kept = given(**body)
    if kept.get("reply_to") == {"mid": None}:
        del kept["reply_to"]
    message = kept.get("message")
    if isinstance(message, dict):
        kept["message"] = {
            key: _pruned(value) if key in ("attachment", "attachments", "quick_replies") else value
            for key, value in message.items()
            if value is not None or key not in ("quick_replies", "metadata")
        }
    return kept


def _pruned(value: Any) -> Any:
    """Leave out what is None at any depth: what was built with an optional argument that turned out to be None."""
    if isinstance(value, dict):
        return {key: _pruned(item) for key, item in value.items() if item is not None}
    return [_pruned(item) for item in value] if isinstance(value, list | tuple) else value
