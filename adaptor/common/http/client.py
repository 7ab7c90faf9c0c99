"""The client for systems other than Facebook: one session per run, with retries and redirects."""

from __future__ import annotations

import time
from contextlib import nullcontext
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin

import requests

from ...core.errors import SENT_NO, AdaptorError, DeliveryUnknown, InvalidMessage, NotSent
from ...wire.address import check_url, clean_url, origin, refuse, split_user
from ...wire.connection import IDLE_SECONDS, NETWORK_ERRORS, open_session, reason_of, settings_for
from ...wire.departure import wire
from ...wire.response import TooLarge, read_content
from ...wire.retry import RetryPolicy, call_with_retries, retry_after
from .answer import NotReadable, excerpt, read_body, shown_headers
from .errors import HttpError, is_refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ...core.run.context import Run
    from .call import HttpRequest
    from .outgoing import HttpCall

#: How often a call is retried, and the longest wait before a retry.
RETRIES = RetryPolicy(4, 120.0)
#: The most redirects of one call.
MAX_REDIRECTS = 5

#: Statuses after which a read is retried.
_TRANSIENT = frozenset({429, 502, 503, 504})
#: The only headers that are sent on to another origin: any other header may hold a credential.
_FOR_ANYBODY = frozenset({"accept", "content-type", "user-agent"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class HttpAnswer(NamedTuple):
    """An answer that is no error: the parsed body, and its status, headers, url and duration."""

    data: Any
    response: dict[str, Any]


class HttpClient:
    """Sends requests to any system over kept-alive connections."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._session = open_session()
        # No cookies: they would be sent to other ports of the same host, and calls would depend on earlier ones.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._settings: dict[str, dict[str, Any]] = {}
        self._last_use: dict[str, float] = {}

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def send(
        self,
        request: HttpRequest,
        call: HttpCall,
        *,
        waiting: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> HttpAnswer:
        """Make a call.

        It is retried only if it certainly did not leave; a read also if the answer was lost or asks to retry later.

        Args:
            request: The request.
            call: The encoded request.
            waiting: Opened while the call waits for a retry.

        Raises:
            HttpError: The other system answered with an error, or a read got no valid answer.
            NotSent: Nothing left this machine.
            DeliveryUnknown: The request of a write left, and no valid answer came.
        """
        started = time.monotonic()
        try:
            answer = call_with_retries(
                lambda: self._follow_redirects(request, call),
                RETRIES,
                self._run,
                component="http",
                is_retryable=lambda error: _is_retryable(error, request),
                waiting=waiting,
            )
        except AdaptorError as error:
            self._record(request, started, "failed" if error.sent == SENT_NO else "unknown", error)
            raise
        except BaseException:
            # The call was interrupted. A request that has begun to leave may arrive.
            if wire.left:
                self._record(request, started, "unknown")
            raise
        status = answer.response["status_code"]
        # With `errors`, an error status is no error for the job, but the call was still not carried out.
        self._record(request, started, "sent" if status < 300 else "failed" if is_refusal(status) else "unknown")
        return answer

    def _record(self, request: HttpRequest, started: float, outcome: str, error: AdaptorError | None = None) -> None:
        if not request.is_write:
            outcome = "read" if error is None and outcome != "unknown" else "failed"
        self._run.record_call(outcome, is_write=request.is_write, seconds=time.monotonic() - started, error=error)

    def _follow_redirects(self, request: HttpRequest, call: HttpCall) -> HttpAnswer:
        """Make the call and follow its redirects."""
        started = time.monotonic()
        url, headers = call.url, call.headers
        for redirects in range(MAX_REDIRECTS + 1):
            response = self._exchange(request, url, headers, call)
            location = response.headers.get("Location")
            if not request.follows or response.status_code not in _REDIRECTS or location is None:
                return self._read(request, response, url, time.monotonic() - started)
            if redirects == MAX_REDIRECTS:
                break
            target = self._target(request, response, url, location)
            if not request.is_trusted(target) or (url.startswith("https:") and target.startswith("http:")):
                # Removed for all further redirects, even back: the job did not choose where another origin leads.
                headers = {name: value for name, value in headers.items() if name.lower() in _FOR_ANYBODY}
            self._run.log("debug", "http", f"HTTP {response.status_code}, on to {clean_url(target)}")
            url = target
        raise self._bad_redirect(request, response, url, f"was redirected more than {MAX_REDIRECTS} times")

    def _target(self, request: HttpRequest, response: requests.Response, url: str, location: str) -> str:
        try:
            target = _joined(url, location)
            check_url(target)
            return split_user(target)[0]
        except (ValueError, InvalidMessage):
            raise self._bad_redirect(request, response, url, "was redirected to an invalid address") from None

    def _bad_redirect(self, request: HttpRequest, response: requests.Response, url: str, what: str) -> HttpError:
        error = HttpError(f"{request.method} {clean_url(url)} {what}.", fix="Check the address.", code="REDIRECT")
        error.http_status = response.status_code
        error.method, error.url = request.method, clean_url(url)
        error.headers = shown_headers(response.headers, self._run)
        return error

    def _exchange(self, request: HttpRequest, url: str, headers: dict[str, str], call: HttpCall) -> requests.Response:
        place = origin(url)
        try:
            prepared = self._session.prepare_request(
                requests.Request(request.method, url, headers=headers, data=call.body)
            )
        except (requests.RequestException, ValueError):
            refuse("url", "is no address to which a request can be sent", "Check the host name and the port.")
        now = time.monotonic()
        if now - self._last_use.get(place, now) > IDLE_SECONDS:
            for adapter in self._session.adapters.values():
                adapter.close()
        settings = self._settings.get(place)
        if settings is None:
            settings = self._settings[place] = settings_for(url)
        if call.tls and request.is_trusted(url):
            # Another origin must not see the client certificate, and has certificates of its own.
            settings = {**settings, **call.tls}
        wire.begin(request.total_seconds)
        self._run.stop.in_flight = (0, int(request.is_write))
        try:
            response = self._session.send(
                prepared, timeout=request.seconds, allow_redirects=False, stream=True, **settings
            )
            read_content(response, call.most_bytes)
            return response
        except Exception as cause:
            # Any error of the libraries, once the request has begun to leave: it may have arrived.
            if not wire.left and not isinstance(cause, NETWORK_ERRORS):
                raise
            raise self._no_answer(request, url, cause) from None
        finally:
            self._run.stop.in_flight = (0, 0)
            self._last_use[place] = time.monotonic()

    def _no_answer(self, request: HttpRequest, url: str, cause: BaseException) -> NotSent | DeliveryUnknown | HttpError:
        reason, place = reason_of(cause), origin(url)
        if not wire.left:
            return NotSent(
                f"No connection to {place}: {reason}.",
                fix="Check the address, the network and the proxy settings; then continue with --resume, or run the "
                "job again where nothing was sent.",
            )
        is_answered = isinstance(cause, requests.exceptions.ContentDecodingError)
        if request.is_write:
            what = "the answer cannot be decompressed" if is_answered else f"no answer came back: {reason}"
            return DeliveryUnknown(
                f"The request went out to {place}, but {what}.",
                fix="Check there whether it arrived before you send it again.",
            )
        if is_answered:
            error = HttpError(
                f"The answer of {place} cannot be decompressed.",
                fix='Ask for an uncompressed answer: headers={"Accept-Encoding": "identity"}.',
                code="NOT_READABLE",
            )
        elif isinstance(cause, TooLarge):
            error = HttpError(
                f"The answer of {place} was not read: {cause}.",
                fix="Ask for less at a time, such as one page; or raise `max_response_bytes` in the configuration.",
                code="TOO_LARGE",
            )
        else:
            error = HttpError(
                f"No answer from {place}: {reason}.", fix="Try again later; check the address.", code="NO_ANSWER"
            )
        error.method, error.url = request.method, clean_url(url)
        return error

    def _read(self, request: HttpRequest, response: requests.Response, url: str, duration: float) -> HttpAnswer:
        status = response.status_code
        rule = request.rule_for(status)
        elsewhere = 300 <= status < 400 if request.is_write else status in _REDIRECTS and request.redirects is not False
        if rule is not False and (status >= 400 or elsewhere):
            raise self._error(request, response, url, rule if isinstance(rule, str) else None)
        if status < 200:
            raise self._not_readable(request, response, url, "it is none of HTTP's final ones")
        try:
            data = read_body(response, request.parse_as)
        except NotReadable as problem:
            raise self._not_readable(request, response, url, str(problem)) from None
        return HttpAnswer(
            data,
            {
                "status_code": status,
                "headers": shown_headers(response.headers, self._run),
                "url": self._run.redactor.text(clean_url(url)),
                "duration": round(duration, 4),
            },
        )

    def _error(self, request: HttpRequest, response: requests.Response, url: str, words: str | None) -> HttpError:
        error = HttpError.of_answer(
            request.method,
            clean_url(url),
            response.status_code,
            write=request.is_write,
            body=excerpt(response, self._run),
            words=words,
        )
        error.headers = shown_headers(response.headers, self._run)
        error.retry_after = retry_after(response.headers)
        location = response.headers.get("Location")
        if location is not None and 300 <= response.status_code < 400:
            where = self._run.redactor.text(clean_url(_joined(url, location)))
            error.fix = f"The address leads to {where}: give that one, if you trust it."
        return error

    def _not_readable(
        self, request: HttpRequest, response: requests.Response, url: str, problem: str
    ) -> HttpError | DeliveryUnknown:
        status, shown = response.status_code, clean_url(url)
        what = f"The answer (HTTP {status}) from {shown} cannot be read: {problem}."
        if request.is_write:
            return DeliveryUnknown(what, fix="Check there whether it was carried out before you send it again.")
        error = HttpError(what, fix="Check the address and `parse_as`.", code="NOT_READABLE")
        error.http_status, error.method, error.url = status, request.method, shown
        error.body = excerpt(response, self._run)
        error.headers = shown_headers(response.headers, self._run)
        return error


def _joined(url: str, location: str) -> str:
    """Return the target of a redirect; unchanged if it is no valid address."""
    try:
        # Headers are decoded as Latin-1, but addresses with other letters are UTF-8.
        location = location.encode("latin-1").decode()
    except UnicodeError:
        pass
    try:
        return urljoin(url, location)
    except ValueError:
        return location


def _is_retryable(error: AdaptorError, request: HttpRequest) -> bool:
    """Whether a call may be retried: it did not leave, or it is a read and the failure may be temporary."""
    if isinstance(error, HttpError):
        return not request.is_write and (error.code in _TRANSIENT or error.code == "NO_ANSWER")
    return isinstance(error, NotSent)


def client_for(run: Run) -> HttpClient:
    """Return the run's client; it is created on first use."""
    client: HttpClient = run.connections("http", lambda: HttpClient(run))
    return client
