"""A connection to the Graph API. It makes each call once, and returns a result or an error that says what was sent."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import requests

from ..core.errors import ABOUT_PAGE, AdaptorError, ConfigurationError, DeliveryUnknown, InvalidMessage, NotSent
from ..core.secrets.redact import appsecret_proof
from ..core.text.json_text import NotJson, read_answer
from ..wire.connection import IDLE_SECONDS, NETWORK_ERRORS, open_session, reason_of, send_once, settings_for
from ..wire.departure import wire
from ..wire.response import read_content
from ..wire.retry import retry_after
from .answers.answer import GraphAnswer
from .answers.codes import BARE_429, TOO_MANY_REQUESTS, graph_error
from .answers.errors import InvalidRequest, RateLimited, TemporaryFailure
from .answers.usage import Usage, read_usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..core.config import Configuration
    from ..core.run.context import Run
    from .batch_request import PartAnswer
    from .request import Encoded, GraphRequest

#: How many of the last recipients a connection remembers.
MOST_PEOPLE = 1_000
_VERSION = re.compile(r"v\d{1,3}\.\d{1,2}", re.ASCII)
#: What the answer to a call that was carried out holds.
_RESULTS = frozenset({"message_id", "recipient_id", "attachment_id", "id", "success", "result", "data"})


class GraphConnection:
    """Makes calls for one Page over kept-alive connections, one call at a time.

    Attributes:
        root: The address of the API with its version.
        usage: Meta's usage headers from the last answer; None after the client has waited for them.
    """

    def __init__(self, configuration: Configuration, run: Run) -> None:
        self._configuration = configuration
        self._run = run
        self.root = f"{configuration.base_url}/{configuration.api_version}/"
        self._timeout = (configuration.connect_timeout, configuration.read_timeout)
        self._proof: dict[str, str] = {}
        if configuration.app_secret:
            self._proof["appsecret_proof"] = appsecret_proof(configuration.access_token, configuration.app_secret)
        self.usage: Usage | None = None
        self._last_use = time.monotonic()
        #: The last recipients, newest last. An answer that names another one of them belongs to another call.
        self._people: dict[str, None] = {}
        self._session = open_session()
        self._session.headers["Authorization"] = f"Bearer {configuration.access_token}"
        settings = settings_for(configuration.base_url)
        self._session.proxies, self._session.verify = settings["proxies"], settings["verify"]

    @property
    def proves(self) -> bool:
        """Whether calls carry `appsecret_proof`."""
        return bool(self._proof)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def exchange(self, request: GraphRequest, encoded: Encoded) -> GraphAnswer:
        """Make a call once.

        Args:
            request: A finished request.
            encoded: Its body; the caller closes it.

        Raises:
            GraphError: Graph answered with an error, which says what was sent.
            NotSent: Nothing left this machine.
            DeliveryUnknown: The request of a write left, and no valid answer came.
        """
        now = time.monotonic()
        if now - self._last_use > IDLE_SECONDS:
            for adapter in self._session.adapters.values():
                adapter.close()
        self._remember(request)
        headers: dict[str, str | None] = {**(request.headers or {})}
        if encoded.kind is not None:
            headers["Content-Type"] = encoded.kind
        proof = self._proof
        if request.access != "page":
            token, proof = self._other_token(request)
            headers["Authorization"] = token
        if request.file_offset is not None:
            headers["file_offset"] = str(request.file_offset)
        wire.begin(self._configuration.total_timeout)
        try:
            response = send_once(
                self._session,
                request.method,
                self.root + request.path,
                params={**request.params, **proof} if proof else request.params,
                data=encoded.data,
                headers=headers,
                timeout=self._timeout,
            )
            read_content(response, self._configuration.max_response_bytes)
        except Exception as cause:
            # Any error of the libraries, once the request has begun to leave: it may have arrived.
            if not wire.left and not isinstance(cause, NETWORK_ERRORS):
                raise
            raise self._no_answer(request, cause) from None
        finally:
            self._last_use = time.monotonic()
        token_sent = "Authorization" in response.request.headers
        took = self._last_use - now
        return self._read(
            request, response.status_code, response.headers, response.content, took, token_sent=token_sent
        )

    def exchange_parts(
        self, parts: Sequence[GraphRequest], *, include_headers: bool = True
    ) -> list[GraphAnswer | AdaptorError]:
        """Make several requests as the parts of one call, once.

        Returns:
            For each part its answer or its error.

        Raises:
            AdaptorError: The whole call failed, and with it every part.
        """
        refused = _unreadable(parts)
        left = [part for index, part in enumerate(parts) if index not in refused]
        answers = iter(self._exchanged(left, include_headers) if left else ())
        return [refused.get(index) or next(answers) for index in range(len(parts))]

    def _exchanged(self, parts: Sequence[GraphRequest], include_headers: bool) -> list[GraphAnswer | AdaptorError]:
        from .batch_request import batch_request

        for part in parts:
            self._remember(part)
        request = batch_request(parts, include_headers=include_headers)
        encoded = request.encoded()
        try:
            whole = self.exchange(request, encoded)
        finally:
            encoded.close()
        return self._outcomes(parts, whole)

    def _outcomes(self, parts: Sequence[GraphRequest], whole: GraphAnswer) -> list[GraphAnswer | AdaptorError]:
        from .batch_request import part_answers

        status, duration = whole.response["status_code"], whole.response["duration"]
        answers = part_answers(whole.body, len(parts))
        outcomes: list[GraphAnswer | AdaptorError] = []
        for request, answer in zip(parts, answers or [None] * len(parts), strict=True):
            try:
                if answers is None:
                    raise self._not_trusted(request, status, "it does not answer the parts of the batch")
                if answer is None:
                    raise self._not_trusted(request, status, "Graph timed out on this part of the batch")
                outcomes.append(self._read(request, answer.status, answer.headers, answer.content, duration))
            except AdaptorError as error:
                outcomes.append(error)
        if answers is not None:
            self._distrust_mixed(parts, answers, outcomes, status)
        return outcomes

    def _distrust_mixed(
        self,
        parts: Sequence[GraphRequest],
        answers: Sequence[PartAnswer | None],
        outcomes: list[GraphAnswer | AdaptorError],
        status: int,
    ) -> None:
        """Trust no answer to a part if the answer to another part names its recipient."""
        others: set[str] = set()
        for request, answer, outcome in zip(parts, answers, outcomes, strict=True):
            if answer is None:
                continue
            body = _json_or_none(answer.content) if isinstance(outcome, AdaptorError) else outcome.body
            if (other := self._answered_for(request, body)) is not None:
                others.add(other)
        for place, request in enumerate(parts) if others else ():
            if request.is_write and request.recipient in others:
                outcomes[place] = self._not_trusted(request, status, "the answer to another part names its recipient")

    def _remember(self, request: GraphRequest) -> None:
        if request.is_write and request.recipient is not None:
            self._people[request.recipient] = None
            if len(self._people) > MOST_PEOPLE:
                del self._people[next(iter(self._people))]

    def _answered_for(self, request: GraphRequest, body: Any) -> str | None:
        """Return the person whom an answer names, if it is another recipient of this connection; else None."""
        asked = request.body.get("recipient") if request.is_write and isinstance(request.body, dict) else None
        named = str(body.get("recipient_id")) if isinstance(body, dict) else ""
        # A recipient given by a comment or a telephone number has another id in the answer.
        if not isinstance(asked, dict) or set(asked) != {"id"} or named == str(asked["id"]):
            return None
        return named if named in self._people else None

    def _other_token(self, request: GraphRequest) -> tuple[str | None, dict[str, str]]:
        """Return the header and the proof of a call that the Page's token does not go with."""
        if request.access == "none":
            # The header of the session is left out.
            return None, {}
        if request.access == "app":
            return f"Bearer {self._app_token()}", {}
        known = self._configuration
        token = known.user_access_token or known.access_token
        proof = {"appsecret_proof": appsecret_proof(token, known.app_secret)} if known.app_secret else {}
        # Meta's page on uploads names this scheme; all other calls take the one of RFC 6750.
        return f"{'Bearer' if request.file_offset is None else 'OAuth'} {token}", proof

    def _app_token(self) -> str:
        """Return the app's own token.

        Source: https://developers.facebook.com/docs/facebook-login/guides/access-tokens#apptokens (checked 2026-11-24).
        """
        for key in ("app_id", "app_secret"):
            if not getattr(self._configuration, key):
                raise ConfigurationError(
                    f"This call needs the app's own token, and the configuration has no `{key}`.",
                    fix="Put `app_id` and `app_secret` into the credential; the app's settings show both.",
                    details={"key": key},
                )
        return f"{self._configuration.app_id}|{self._configuration.app_secret}"

    def _no_answer(self, request: GraphRequest, cause: BaseException) -> NotSent | DeliveryUnknown | TemporaryFailure:
        reason, host = reason_of(cause), self._configuration.base_url
        if not wire.left:
            return NotSent(
                f"No connection to {host}: {reason}.",
                fix="Check the network, the proxy settings and `base_url`; then continue with --resume, or run the job "
                "again where nothing was sent.",
            )
        is_answered = isinstance(cause, requests.exceptions.ContentDecodingError)
        if request.is_write:
            what = "the answer cannot be decompressed" if is_answered else f"no answer came back: {reason}"
            return DeliveryUnknown(
                f"The request went out to {host}, but {what}.", fix="Look in the Page's inbox before you send it again."
            )
        return _failed_read(
            f"The answer of {host} cannot be decompressed." if is_answered else f"No answer from {host}: {reason}."
        )

    def _read(
        self,
        request: GraphRequest,
        status: int,
        headers: Mapping[str, str],
        content: bytes,
        duration: float,
        *,
        token_sent: bool = True,
    ) -> GraphAnswer:
        location = headers.get("Location")
        if location is not None and 300 <= status < 400:
            raise self._redirected(request, status, location)
        self._note_version(headers.get("facebook-api-version", ""))
        usage = read_usage(headers)
        if usage is not None:
            self.usage = usage
            self._run.log("debug", "graph", f"usage of Meta's limits: {usage.text}")
        wait = (usage.regain_seconds if usage is not None else None) or retry_after(headers)
        try:
            body = read_answer(content)
        except NotJson:
            if status == TOO_MANY_REQUESTS:
                raise self._too_many(wait) from None
            raise self._not_trusted(request, status, "it is not JSON") from None
        if isinstance(body, dict) and isinstance(body.get("error"), dict):
            if request.is_write and any(body.get(key) for key in (*request.expects, "success")):
                raise self._not_trusted(request, status, "it holds a result and an error")
            raise graph_error(body["error"], status, write=request.is_write, retry_after=wait, token_sent=token_sent)
        if status == TOO_MANY_REQUESTS and not _holds_result(body):
            raise self._too_many(wait)
        if not 200 <= status < 300 or (isinstance(body, dict) and "error" in body):
            raise self._not_trusted(request, status, "it holds neither a result nor an error of Meta's")
        missing = [key for key in request.expects if not isinstance(body, dict) or not body.get(key)]
        if missing:
            raise self._not_trusted(request, status, f"it has no `{missing[0]}`")
        if (other := self._answered_for(request, body)) is not None:
            raise self._not_trusted(request, status, f"it is about another person, {other}")
        return GraphAnswer(
            body,
            {
                "status_code": status,
                "headers": {name: value for name, value in headers.items() if name.lower() != "set-cookie"},
                "url": self.root + request.path,
                "duration": round(duration, 4),
            },
        )

    def _too_many(self, wait: float | None) -> RateLimited:
        """Return the error for HTTP 429 without an error of Graph's: the call was refused before it was carried out."""
        error = RateLimited(
            f"{self._configuration.base_url} takes no more calls for now (HTTP 429, without an error of Graph's).",
            fix=BARE_429.fix,
            code="HTTP_429",
        )
        error.message, error.retry_after = error.description, wait
        return error

    def _note_version(self, answered: str) -> None:
        """Log, the first time, that Meta answers as another version than the configured one."""
        asked = self._configuration.api_version
        if answered != asked and _VERSION.fullmatch(answered):
            self._run.warn("graph", f"Meta answers as {answered}, since it does not serve {asked}.", once=answered)

    def _redirected(self, request: GraphRequest, status: int, location: str) -> AdaptorError:
        """Return the error for a redirect, which is not followed since the token would be sent along."""
        from urllib.parse import urljoin, urlsplit

        base_url = self._configuration.base_url
        try:
            parts = urlsplit(urljoin(self.root, location))
            target = f"{parts.scheme}://{parts.hostname}"
        except ValueError:
            target = "an invalid address"
        if request.is_write and status in (307, 308):
            error = InvalidRequest(
                f"{base_url} did not accept the call and redirects to {target} (HTTP {status}).",
                fix="Set `base_url` to the address that accepts the calls, if you trust it; check the proxy.",
                code="REDIRECT",
            )
            error.message, error.about = error.description, ABOUT_PAGE
            return error
        return self._not_trusted(request, status, f"it redirects to {target}")

    def _not_trusted(self, request: GraphRequest, status: int, why: str) -> DeliveryUnknown | TemporaryFailure:
        what = f"The answer (HTTP {status}) from {self._configuration.base_url} cannot be trusted: {why}."
        if request.is_write:
            return DeliveryUnknown(
                what, fix="Check `base_url` and the proxy; look in the Page's inbox before you send it again."
            )
        return _failed_read(what)


def _holds_result(body: Any) -> bool:
    """Whether the body of an answer says that a call was carried out."""
    return isinstance(body, dict) and bool(_RESULTS & body.keys())


def _unreadable(parts: Sequence[GraphRequest]) -> dict[int, AdaptorError]:
    """Return the errors of parts that a batch cannot carry; the other parts are sent all the same."""
    found: dict[int, AdaptorError] = {}
    for index, part in enumerate(parts):
        if part.headers:
            found[index] = InvalidMessage(
                "A batch cannot carry the HTTP headers of a message.",
                fix="Leave `headers` out, or send one by one with each(…).",
                details={"field": "headers"},
            )
            continue
        if part.files:
            try:
                part.encoded().close()
            except InvalidMessage as error:
                found[index] = error
    return found


def _json_or_none(content: bytes) -> Any:
    try:
        return read_answer(content)
    except NotJson:
        return None


def _failed_read(what: str) -> TemporaryFailure:
    error = TemporaryFailure(what, fix="Try again later; check `base_url` and the network.")
    error.message = what
    error.about = "page"
    return error
