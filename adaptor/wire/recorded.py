"""Recorded calls: what stands in the place of the network where a job is tested.

Each call that is made is held against the next one of the record and gets its answer. Nothing is sent: a call that is
not in the record is an error.
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
        compare: Says where a request is not as it was recorded, in words: `compare(recorded, made)`.
        graph: Where the Graph API is said to be; its calls are known by it.
        passing: An address whose calls are really made, since it is that of a sandbox on this machine.

    Attributes:
        problems: The calls that were made and not recorded, in words.
    """

    def __init__(
        self,
        calls: Iterable[dict[str, Any]],
        compare: Callable[[Any, Any], list[str]],
        *,
        graph: str | None = None,
        passing: str | None = None,
    ) -> None:
        self._left = list(calls)
        self._compare = compare
        self._graph = graph
        self._passing = passing
        self.problems: list[str] = []

    def unmade(self) -> list[str]:
        """Return the recorded calls that were never made, in words."""
        return [_words(call["request"]) for call in self._left]

    def transport(self, network: requests.adapters.BaseAdapter) -> _Transport:
        """Return what stands in the place of the network."""
        return _Transport(self, network)

    def passes(self, url: str) -> bool:
        """Whether a call to this address is really made."""
        return self._passing is not None and f"{url}/".startswith(f"{self._passing}/")

    def answer(self, made: requests.PreparedRequest) -> dict[str, Any]:
        """Return the recorded answer to a call.

        Raises:
            NotRecorded: It is not the next call of the record.
        """
        request = self._described(made)
        differences = self._differences(request)
        if differences == []:
            response: dict[str, Any] = self._left.pop(0)["response"]
            return response
        problem = f"{_words(request)} is not recorded"
        self.problems.append(problem)
        if differences is None:
            following = "None is left"
        elif _words(self._left[0]["request"]) == _words(request):
            following = f"What is recorded differs in {'; '.join(differences)}"
        else:
            following = f"The next one in the record is {_words(self._left[0]['request'])}"
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
        """Return where a call is not like the next one of the record; None where no call is left."""
        if not self._left:
            return None
        wanted = {"method": "GET", **self._left[0]["request"]}
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
            # Not by way of a proxy, which could be another machine.
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
        """Close the connections that were really made."""
        self._network.close()


def _body(body: Any) -> Any:
    if body is None:
        return None
    # Files come in pieces.
    raw = body if isinstance(body, str | bytes) else b"".join(body)
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    try:
        return json.loads(text)
    except ValueError:
        return text


def _as_text(key: str, value: Any) -> Any:
    """Write a recorded query as it stands in an address, where everything is text."""
    if key != "query" or not isinstance(value, dict):
        return value
    return {name: part if isinstance(part, str | dict) else json.dumps(part) for name, part in value.items()}


def _words(request: dict[str, Any]) -> str:
    where = request["path"] if "path" in request else clean_url(request["url"]).partition("?")[0]
    return f"{request.get('method', 'GET')} {where}"
