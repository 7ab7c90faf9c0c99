"""A call to the Graph API that is not finished: parts of it may be known only when the operation runs."""

from __future__ import annotations

from ..core.errors import AdaptorError
from ..core.secrets.kept_secrets import refuse_marks
from ..core.values.arguments import Structure, known, prepare
from ..core.values.lazy import Lazy, resolve
from .request import GraphRequest, check_json, own_key, path_part, query_of, refuse_half_signs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..core.state import State
    from .request import Access


class Draft:
    """What an operation knows of its call when it is built.

    Args:
        method: `GET`, `POST` or `DELETE`.
        path: Without version and leading slash; a list of parts, each of which becomes one.
        params: The query, without credentials; what is None is left out.
        body: What is sent as JSON, or as a form with `files`.
        files: Local files by the name of their form field.
        answers: The documented shape of the answer; a dry run gives it to the job in place of Meta's.
        needs: A successful answer without these keys is not trusted.
        check: Refuses what Meta would refuse; called with the body, at once where it is known.
        finish: Drops from the resolved body the optional parts that turned out to be None.
        reads: Makes of the answer's body what `data` becomes; by default it is the body.
        access: Whose token the call travels with.
        sealed: As in `GraphRequest`.
        key: The job's own key.
        is_repeatable: As in `GraphRequest`.
    """

    __slots__ = (
        *("_check", "_finish", "access", "answers", "body", "files", "is_repeatable", "key", "method", "needs"),
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
        needs: Any = (),
        check: Callable[[Any], object] | None = None,
        finish: Callable[[Any], Any] | None = None,
        reads: Callable[[Any], Any] | None = None,
        access: Access = "page",
        sealed: bool = False,
        key: Any = None,
        is_repeatable: bool = False,
    ) -> None:
        self.method = method
        self.path = prepare(path)
        self.params = prepare({} if params is None else params)
        self.body = prepare(body)
        self.files = prepare(files)
        self.answers = prepare({} if answers is None else answers)
        self.needs = needs
        self._check = check
        self._finish = finish
        self.reads = reads
        self.access = access
        self.sealed = sealed
        self.key = key
        self.is_repeatable = is_repeatable
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
        """Return the calls that are made for this state, in order; nearly always one."""
        return [self.request(state)]

    def request(self, state: State) -> GraphRequest:
        """Return the finished call for this state, checked.

        Raises:
            AdaptorError: It cannot be made: a reference is missing, or Meta would refuse it. Nothing was sent.
        """
        body = self.body
        if isinstance(body, Lazy):
            body = self.pruned(body.__resolve__(state))
            if self._check is not None:
                self._check(body)
        return self.finished(body, state)

    def finished(self, body: Any, state: State) -> GraphRequest:
        """Return the finished call with this body.

        Raises:
            AdaptorError: Another part of it is missing, or cannot be encoded. Nothing was sent.
        """
        if self.is_write:
            refuse_marks(body)
        path, params = resolve(self.path, state), query_of(resolve(self.params, state))
        # Before anything is recorded as being sent: what cannot be encoded never leaves.
        refuse_half_signs(params, "")
        check_json(body)
        return GraphRequest(
            self.method,
            path if isinstance(path, str) else "/".join(path_part(part) for part in path),
            params,
            body,
            resolve(self.files, state),
            self.access,
            key=own_key(resolve(self.key, state)),
            needs=resolve(self.needs, state),
            sealed=self.sealed,
            is_repeatable=self.is_repeatable,
        )

    def pruned(self, body: Any) -> Any:
        """Return a resolved body without the optional parts that turned out to be None."""
        return body if self._finish is None else self._finish(body)

    def placeholder(self, request: GraphRequest, state: State) -> Any:
        """Return what a dry run gives to the job in place of Meta's answer to the finished call."""
        return resolve(self.answers, state)

    def known_answer(self) -> Any:
        """Return the documented shape of the answer, as far as it is known when the operation is built."""
        return known(self.answers)

    def read(self, answer: Any) -> Any:
        """Return what `data` becomes of the answer's body."""
        return answer if self.reads is None else self.reads(answer)

    def recipient_for(self, state: State) -> str | None:
        """Return whom the call is for in this state, also where the rest of it makes no call; None if that is wrong."""
        parts = self.body.__parts__ if isinstance(self.body, Structure) else self.body
        if not isinstance(parts, dict):
            return None
        try:
            recipient = self.recipient(resolve(parts.get("recipient"), state))
        except AdaptorError:
            return None
        return GraphRequest(self.method, "", {}, {"recipient": recipient}).recipient

    def recipient(self, recipient: Any) -> Any:
        """Return Meta's recipient object of what the job gave for one."""
        return recipient
