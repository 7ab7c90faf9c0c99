"""A call to the Graph API as a plain value: what would be sent, before anything is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..core.arguments import known, prepare
from ..core.errors import InvalidMessage
from ..core.lazy import Lazy, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..core.state import State


class PageId(Lazy):
    """The Page that the credential is for: `configuration.page_id`, or `me`."""

    __slots__ = ()

    def __resolve__(self, state: State) -> str:
        configuration = state.get("configuration")
        page = configuration.get("page_id") if isinstance(configuration, dict) else None
        return str(page) if page else "me"

    def __repr__(self) -> str:
        return "state.configuration.page_id"

    def __reduce__(self) -> tuple[Any, ...]:
        return PageId, ()


@dataclass(frozen=True, slots=True)
class GraphRequest:
    """One call: a *draft* while parts of it are lazy, a finished request after `resolved`.

    Attributes:
        method: `GET`, `POST` or `DELETE`.
        path: Without version and leading slash, such as `me/messages`; a list is joined with slashes.
        params: The query, without credentials.
        body: What is sent as JSON.
        answers: The documented shape of the answer; a dry run gives it to the job in place of Meta's.
        needs: A successful answer without these keys is not trusted; lazy where they depend on the body.
        check: Refuses what Meta would refuse; called with the body, lazily where parts of it are.
        finish: Drops from the resolved body the optional parts that turned out to be None.
    """

    method: str
    path: Any
    params: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    answers: dict[str, Any] = field(default_factory=dict)
    needs: Any = ()
    check: Callable[[Any], object] | None = None
    finish: Callable[[Any], Any] | None = None

    @property
    def is_write(self) -> bool:
        """Whether the call changes something, and so must not be repeated blindly."""
        return self.method != "GET"

    @property
    def recipient(self) -> str | None:
        """Whom it is a message to: the person's PSID, or what else stands for them."""
        recipient = self.body.get("recipient") if isinstance(self.body, dict) else None
        if not isinstance(recipient, dict):
            return None
        return next((str(value) for value in recipient.values() if isinstance(value, str | int)), None)

    def described(self) -> dict[str, Any]:
        """Return the request as a dry run shows it, without what is empty."""
        facts = {"method": self.method, "path": self.path, "params": self.params, "body": self.body}
        return {key: value for key, value in facts.items() if value}

    def drafted(self) -> GraphRequest:
        """Return the draft with every lazy part marked, checked as far as its values are known."""
        draft = replace(
            self,
            path=prepare(self.path),
            params=prepare(self.params),
            body=prepare(self.body),
            answers=prepare(self.answers),
        )
        if draft.check is not None:
            draft.check(known(draft.body))
        return draft

    def resolved(self, state: State) -> GraphRequest:
        """Return the finished request for this state, checked."""
        path = resolve(self.path, state)
        body = self.body
        if isinstance(body, Lazy):
            body = body.__resolve__(state)
            if self.finish is not None:
                body = self.finish(body)
            if self.check is not None:
                self.check(body)
        return GraphRequest(
            self.method,
            path if isinstance(path, str) else "/".join(str(part) for part in path),
            resolve(self.params, state),
            body,
            self.answers,
            resolve(self.needs, state),
        )

    def encoded(self) -> bytes | None:
        """Return the body as it goes out, or None where there is none.

        Raises:
            InvalidMessage: JSON cannot say it.
            LazyStateError: A lazy reference that was never resolved is somewhere in the request.
        """
        import json

        from ..core.template import holds_token, stray_token

        try:
            text = json.dumps(self.body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            data = text.encode() if self.body is not None else None
        except (TypeError, ValueError) as cause:
            raise InvalidMessage(
                f"The request cannot be written as JSON: {cause}.",
                fix="Give text, numbers, lists and dicts; turn dates into text first.",
            ) from None
        if holds_token(text) or holds_token(self.path) or holds_token(str(self.params)):
            raise stray_token("The request")
        return data
