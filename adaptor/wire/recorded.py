"""Recorded calls, which replace the network while a job is tested.

Each call of the job is compared with the next recorded call and gets its answer. Nothing is sent: a call that is not
recorded is an error.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import requests
import requests.adapters

from ..core.errors import JobError
from .address import clean_url
from .departure import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class NotRecorded(JobError):
    """A tested job made a call for which no answer is recorded. Nothing was sent."""

    code = "NOT_RECORDED"


class Record:
    """The calls that a tested job is expected to make, in order.

    Args:
        calls: Each `{"request": {"method", "url" or "path", "query", "body"}, "response": {"status", "headers", "body",
            "lost", "unreachable"}}`. A request with `path` is one to the Graph API.
        compare: Returns the differences of a request from the recorded one, as texts: `compare(recorded, made)`.
        graph: The address of the Graph API, which identifies its calls.
        passing: An address whose calls are made for real: that of a sandbox on this machine.

    Attributes:
        problems: The calls that were made and not recorded, as texts.
    """

    def __init__(
        self,
        calls: Iterable[dict[str, Any]],
        compare: Callable[[Any, Any], list[str]],
        *,
        graph: str | None = None,
        passing: str | None = None,
    ) -> None:
        self._remaining = list(calls)
        self._compare = compare
        self._graph = graph
        self._passthrough = passing
        self.problems: list[str] = []

    def unmade(self) -> list[str]:
        """Return the recorded calls that were never made, as texts."""
        return [_words(call["request"]) for call in self._remaining]

    def transport(self, network: requests.adapters.BaseAdapter) -> _Transport:
        """Return the adapter that replaces the network."""
        return _Transport(self, network)

    def passes(self, url: str) -> bool:
        """Whether a call to this address is made for real."""
        return self._passthrough is not None and f"{url}/".startswith(f"{self._passthrough}/")

    def answer(self, made: requests.PreparedRequest) -> dict[str, Any]:
        """Return the recorded answer to a call.

        Raises:
            NotRecorded: The call is not the next recorded one.
        """
        request = self._described(made)
        differences = self._differences(request)
        if differences == []:
            response: dict[str, Any] = self._remaining.pop(0)["response"]
            return response
        problem = f"{_words(request)} is not recorded"
        self.problems.append(problem)
        if differences is None:
            following = "None is left"
        elif _words(self._remaining[0]["request"]) == _words(request):
            following = f"The recorded call differs in {'; '.join(differences)}"
        else:
            following = f"The next recorded call is {_words(self._remaining[0]['request'])}"
        raise NotRecorded(
            f"{problem}. {following}.", fix="Write it under `calls` of the case, in the order of the calls."
        )

    def _described(self, made: requests.PreparedRequest) -> dict[str, Any]:
        url = urlsplit(str(made.url))
        place = f"{url.scheme}://{url.netloc}"
        request: dict[str, Any] = {"method": str(made.method), "query": dict(parse_qsl(url.query, True))}
        if place == self._graph:
            # The version is part of the configuration, not of the call.
            request["path"] = url.path.strip("/").partition("/")[2]
            request["query"].pop("appsecret_proof", None)
        else:
            request["url"] = f"{place}{url.path}"
        body = _body(made.body)
        return request if body is None else {**request, "body": body}

    def _differences(self, made: dict[str, Any]) -> list[str] | None:
        """Return the differences of a call from the next recorded one, or None if no recorded call is left."""
        if not self._remaining:
            return None
        wanted = {"method": "GET", **self._remaining[0]["request"]}
        if "url" in wanted:
            url = urlsplit(wanted["url"])
            wanted["url"] = f"{url.scheme}://{url.netloc}{url.path}"
            query = {**dict(parse_qsl(url.query, True)), **wanted.pop("query", {})}
            wanted.update({"query": query} if query else {})
        return self._compare({key: _as_text(key, value) for key, value in wanted.items()}, made)


class _Transport(requests.adapters.BaseAdapter):
    """Answers from a record."""

    def __init__(self, record: Record, network: requests.adapters.BaseAdapter) -> None:
        super().__init__()
        self._record = record
        self._network = network

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Answer a call."""
        if self._record.passes(str(request.url)):
            # Without a proxy, which could be another machine.
            return self._network.send(request, *args, **{**kwargs, "proxies": {}})
        recorded = self._record.answer(request)
        if recorded.get("unreachable"):
            raise requests.ConnectionError("the network is unreachable")
        wire.left = True
        if recorded.get("lost"):
            raise requests.ReadTimeout("read timed out")
        body = recorded.get("body")
        text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
        response = requests.Response()
        response.status_code = recorded.get("status", 200)
        kind = "text/plain; charset=utf-8" if isinstance(body, str) else "application/json"
        response.headers.update({"Content-Type": kind, **recorded.get("headers", {})})
        response.raw = io.BytesIO(text.encode())
        response.url, response.request = str(request.url), request
        return response

    def close(self) -> None:
        """Close the connections to the real network."""
        self._network.close()


def _body(body: Any) -> Any:
    if body is None:
        return None
    # A form with files is an iterator of bytes.
    raw = body if isinstance(body, str | bytes) else b"".join(body)
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    try:
        return json.loads(text)
    except ValueError:
        return text


def _as_text(key: str, value: Any) -> Any:
    """Return the values of a recorded query as text, as in an address; any other value as it is."""
    if key != "query" or not isinstance(value, dict):
        return value
    return {name: part if isinstance(part, str | dict) else json.dumps(part) for name, part in value.items()}


def _words(request: dict[str, Any]) -> str:
    where = request["path"] if "path" in request else clean_url(request["url"]).partition("?")[0]
    return f"{request.get('method', 'GET')} {where}"
