"""What another system says when it says no."""

from __future__ import annotations

from ...core.errors import ABOUT_JOB, ABOUT_ROW, SENT_NO, SENT_UNKNOWN, AdaptorError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Statuses that are about what was asked for, not about the credential or the system: a loop goes on past them.
ROW_STATUSES = frozenset({400, 404, 409, 410, 413, 415, 422})

_FIXES = {
    401: "Give a valid credential in `auth`.",
    403: "The credential in `auth` may not do this: ask for the permission, or use another one.",
    404: "Check the address; where it may be missing, write errors={404: False}.",
    405: "Check the method and the address.",
    407: "Check the proxy's credential in the environment.",
    413: "Send less at once.",
    415: "Check the Content-Type in `headers`.",
    429: "Too many calls: make fewer, or try again later.",
}


class HttpError(AdaptorError):
    """A system other than Facebook answered with an error, or a read got no answer that can be used.

    Attributes:
        code: The HTTP status; `NO_ANSWER`, `NOT_READABLE` or `REDIRECT` where the status is not what is wrong.
        http_status: The HTTP status of the answer, or None where none came.
        method: The method of the call.
        url: Its address, without credentials.
        body: How the answer begins: the first 500 characters, without secrets and control characters.
        headers: The headers of the answer, without secrets.
        retry_after: Seconds until the system wants to be asked again, where it says so, or None.
    """

    code: Any = None
    http_status: int | None = None
    method: str = ""
    url: str = ""
    body: str = ""
    headers: dict[str, str] | None = None
    retry_after: float | None = None

    @classmethod
    def of_answer(cls, method: str, url: str, status: int, *, write: bool, body: str, words: str | None) -> HttpError:
        """Return the error for an answer with an error status.

        Args:
            method: The method of the call.
            url: Its address, clean.
            status: The status.
            write: Whether the call changes something: then a 5xx means that nobody knows whether it did.
            body: How the answer begins, clean.
            words: What the job wants to have said of this status, or None.
        """
        from http import HTTPStatus

        phrase = f" {HTTPStatus(status).phrase}" if status in HTTPStatus.__members__.values() else ""
        error = cls(
            words or f"{method} {url} answered {status}{phrase}{f': {body}' if body else '.'}",
            fix=_fix_for(status, write),
        )
        error.code = status
        error.http_status = status
        error.about = ABOUT_ROW if status in ROW_STATUSES else ABOUT_JOB
        error.sent = SENT_UNKNOWN if write and not is_refusal(status) else SENT_NO
        error.about_sending = write
        error.method, error.url, error.body = method, url, body
        return error

    def facts(self) -> dict[str, Any]:
        """Return the error as JSON, with what is known of the answer."""
        own = ("http_status", "method", "url", "body", "headers", "retry_after")
        return {
            **super().facts(),
            **{name: value for name in own if (value := getattr(self, name)) not in (None, "")},
        }


def is_refusal(status: int) -> bool:
    """Whether a status says that a write was not carried out."""
    # 307 and 308 say: ask there instead. What other redirects have done before nobody knows.
    return 400 <= status < 500 or status in (307, 308)


def _fix_for(status: int, write: bool) -> str:
    if status < 400:
        return "The address leads elsewhere: give the address that it leads to."
    if status in _FIXES:
        return _FIXES[status]
    if status < 500:
        return "The answer says what it does not accept."
    if write:
        return "Look there whether it was done before you send it again."
    return "The other system has trouble: try again later."
