"""The error for calls to other systems."""

from __future__ import annotations

from ...core.errors import ABOUT_JOB, ABOUT_ROW, SENT_NO, SENT_UNKNOWN, AdaptorError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Statuses that are about the item, not about the credential or the system: a loop continues after them.
ROW_STATUSES = frozenset({400, 404, 409, 410, 413, 415, 422})

_FIXES = {
    401: "Give a valid credential in `auth`.",
    403: "The credential in `auth` may not do this: ask for the permission, or use another one.",
    404: "Check the address; if the object may be missing, write errors={404: False}.",
    405: "Check the method and the address.",
    407: "Check the proxy's credential in the environment.",
    413: "Send less at once.",
    415: "Check the Content-Type in `headers`.",
    429: "Too many calls: make fewer, or try again later.",
}


class HttpError(AdaptorError):
    """A system other than Facebook answered with an error, or a read got no valid answer.

    Attributes:
        code: The HTTP status; `NO_ANSWER`, `NOT_READABLE`, `TOO_LARGE` or `REDIRECT` if something else is wrong.
        http_status: The HTTP status of the answer, or None if no answer came.
        method: The method of the call.
        url: Its address, without credentials.
        body: The first 500 characters of the answer, without secrets and control characters.
        headers: The headers of the answer, without secrets.
        retry_after: Seconds until the system accepts a retry, or None if it does not say.
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
            write: Whether the call is a write: then a 5xx means that it is unknown whether it was carried out.
            body: The beginning of the answer, clean.
            words: The job's own message for this status, or None.
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
        """Return the error as JSON, with the facts of the answer."""
        own = ("http_status", "method", "url", "body", "headers", "retry_after")
        return {
            **super().facts(),
            **{name: value for name in own if (value := getattr(self, name)) not in (None, "")},
        }


def is_refusal(status: int) -> bool:
    """Whether a status says that a write was not carried out."""
    # 307 and 308 refer the same request elsewhere. Before other redirects the write may have been carried out.
    return 400 <= status < 500 or status in (307, 308)


def _fix_for(status: int, write: bool) -> str:
    if status < 400:
        return "The address redirects: give the target's address."
    if status in _FIXES:
        return _FIXES[status]
    if status < 500:
        return "The answer says what it does not accept."
    if write:
        return "Check there whether it was carried out before you send it again."
    return "The other system has a problem: try again later."
