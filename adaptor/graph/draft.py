"""The draft of a Graph call: parts of it may be lazy references, which are resolved when the operation runs."""

from __future__ import annotations

from ..core.errors import AdaptorError
from ..core.secrets.kept_secrets import MARK_BEGINS, refuse_marks
from ..core.values.arguments import Structure, known, prepare
from ..core.values.lazy import Lazy, resolve
from .request import GraphRequest, check_json, own_key, path_part, query_of, refuse_half_signs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..core.state import State
    from .request import Access

_MARK = MARK_BEGINS.encode()


class Draft:
    """The call of an operation, as far as it is known when the operation is built.

    Args:
        method: `GET`, `POST` or `DELETE`.
        path: Without version and leading slash: a text, or a list of segments.
        params: The query, without credentials; None is left out.
        body: The body, sent as JSON, or as a form with `files`.
        files: Local files by the name of their form field.
        answers: The documented shape of the answer, which a dry run returns in place of Meta's.
        expects: The keys without which a successful answer is not trusted.
        check: Called with the body; raises if Meta would refuse it. A literal body is checked at once.
        finish: Removes optional parts from the resolved body that turned out to be None.
        reads: Returns the result, which becomes `data`, for the body of the answer. Default: the body itself.
        access: Whose token is sent.
        sealed: As in `GraphRequest`.
        key: The job's own key.
        is_idempotent: As in `GraphRequest`.
    """

    __slots__ = (
        *("_check", "_finish", "access", "answers", "body", "expects", "files", "is_idempotent", "key", "method"),
        *("params", "path", "reads", "sealed"),
    )

    def __init__(
        self,
        method: str,
        path: Any,
        *,
        params: Any = None,
        body: Any = None,
        files: Any = None,
        answers: Any = None,
        expects: Any = (),
        check: Callable[[Any], object] | None = None,
        finish: Callable[[Any], Any] | None = None,
        reads: Callable[[Any], Any] | None = None,
        access: Access = "page",
        sealed: bool = False,
        key: Any = None,
        is_idempotent: bool = False,
    ) -> None:
        self.method = method
        self.path = prepare(path)
        self.params = prepare({} if params is None else params)
        self.body = prepare(body)
        self.files = prepare(files)
        self.answers = prepare({} if answers is None else answers)
        self.expects = expects
        self._check = check
        self._finish = finish
        self.reads = reads
        self.access = access
        self.sealed = sealed
        self.key = key
        self.is_idempotent = is_idempotent
        if check is not None:
            check(known(self.body))

    @property
    def is_write(self) -> bool:
        """Whether the call changes something."""
        return self.method != "GET"

    @property
    def makes_several_calls(self) -> bool:
        """Whether the operation makes several calls for one person."""
        return False

    def calls(self, state: State) -> list[GraphRequest]:
        """Return the requests for this state, in order; nearly always one."""
        return [self.request(state)]

    def request(self, state: State) -> GraphRequest:
        """Return the finished and checked request for this state.

        Raises:
            AdaptorError: A reference is missing, or Meta would refuse the request. Nothing was sent.
        """
        body = self.body
        if isinstance(body, Lazy):
            body = self.pruned(body.__resolve__(state))
            if self._check is not None:
                self._check(body)
        return self.finished(body, state)

    def finished(
        self, body: Any, state: State, *, expects: Any = None, headers: dict[str, str] | None = None
    ) -> GraphRequest:
        """Return the finished request with this body.

        Args:
            body: The resolved and checked body.
            state: The state.
            expects: As in `GraphRequest`, where the body decides about it.
            headers: As in `GraphRequest`.

        Raises:
            AdaptorError: Another part of it is missing or cannot be encoded. Nothing was sent.
        """
        path, params = resolve(self.path, state), query_of(resolve(self.params, state))
        # Checked before the write is recorded as `sending`.
        refuse_half_signs(params, "")
        text = check_json(body)
        if self.is_write and _MARK in text:
            refuse_marks(body)
        return GraphRequest(
            self.method,
            path if isinstance(path, str) else "/".join(path_part(part) for part in path),
            params,
            body,
            resolve(self.files, state),
            self.access,
            key=own_key(resolve(self.key, state)),
            expects=resolve(self.expects, state) if expects is None else expects,
            sealed=self.sealed,
            is_idempotent=self.is_idempotent,
            headers=headers,
        )

    def pruned(self, body: Any) -> Any:
        """Return a resolved body without optional parts that turned out to be None."""
        return body if self._finish is None else self._finish(body)

    def placeholder(self, request: GraphRequest, state: State) -> Any:
        """Return the answer that a dry run gives in place of Meta's."""
        return resolve(self.answers, state)

    def known_answer(self) -> Any:
        """Return the documented shape of the answer, with lazy references in their places."""
        return known(self.answers)

    def read(self, answer: Any) -> Any:
        """Return the result, which becomes `data`, for the body of the answer."""
        return answer if self.reads is None else self.reads(answer)

    def recipient_for(self, state: State) -> str | None:
        """Return the recipient for this state, even if the rest of the draft is invalid; None if it is invalid."""
        parts = self.body.__parts__ if isinstance(self.body, Structure) else self.body
        if not isinstance(parts, dict):
            return None
        try:
            recipient = self.recipient(resolve(parts.get("recipient"), state))
        except AdaptorError:
            return None
        return GraphRequest(self.method, "", {}, {"recipient": recipient}).recipient

    def recipient(self, recipient: Any) -> Any:
        """Return Meta's recipient object for the job's argument."""
        return recipient
