"""HTTP connections that record whether a request has begun to leave this machine.

Whether a call may be retried depends on that, so it is not guessed from the kind of an error: the connection records
it when the first byte is written.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import requests
import requests.adapters
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ..core.errors import ConfigurationError
from ..core.run.context import active
from ..core.version import __version__
from .certificates import trusting
from .departure import wire
from .response import TimedResponse, TooLarge, seconds_left

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..core.run.context import Run

#: Connections that were idle for longer are not reused: if the other side has closed one, the outcome of a send on it
#: would be unknown. Meta does not document how long it keeps connections; this value is cautious.
IDLE_SECONDS = 20.0

#: The errors of connecting, sending and reading.
NETWORK_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


class _Watched(HTTPConnection):
    """A connection that records when the request itself, not the handshake before it, begins to leave."""

    response_class = TimedResponse

    def connect(self) -> None:
        wire.connecting = True
        try:
            super().connect()
        finally:
            wire.connecting = False

    def send(self, data: Any) -> None:
        if self.sock is None and self.auto_open:
            self.connect()
        if not wire.connecting:
            seconds_left()
            wire.left = True
        super().send(data)


class _WatchedTLS(_Watched, HTTPSConnection):
    """The same over TLS; the request that asks a proxy for a tunnel does not count."""

    def connect(self) -> None:
        # A client certificate is added to the settings; and a connection to a proxy over TLS has its own.
        is_plain = self.cert_file is None and (self.proxy is None or self.proxy.scheme == "http")
        if is_plain and self.ssl_context is None and self.ca_certs:
            self.ssl_context, self.ca_certs = trusting(self.ca_certs), None
        super().connect()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTLS


class _Adapter(requests.adapters.HTTPAdapter):
    """An adapter with watched connections, also through a proxy. It retries nothing by itself."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}

    def close(self) -> None:
        """Close the connections now: urllib3 would wait until nothing refers to them, not even a stored error."""
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in list(manager.pools.keys()):
                if (pool := manager.pools.get(key)) is not None:
                    pool.close()
        super().close()

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
        return manager


class _Request(requests.PreparedRequest):
    """A request without cookies: none are kept, and to look for them takes as long as to prepare the headers."""

    def prepare_cookies(self, cookies: Any) -> None:
        """Add no header."""


class _Session(requests.Session):
    """A session that does not parse redirects: `requests` would raise on an invalid address."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return None: there is no redirect to follow."""


def open_session() -> requests.Session:
    """Return a session with watched connections that ignores the environment.

    With `trust_env`, an entry in ~/.netrc would replace the given credential. `settings_for` returns the proxies and
    certificates of the environment.
    """
    session = _Session()
    session.trust_env = False
    session.headers["User-Agent"] = f"facebook-adaptor/{__version__}"
    run = active.get()
    adapter = _Adapter() if run is None else Transport.of(run).wrapped(_Adapter())
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def send_once(
    session: requests.Session,
    method: str,
    url: str,
    *,
    params: Mapping[str, Any],
    data: Any,
    headers: Mapping[str, str | None],
    timeout: tuple[float, float],
) -> requests.Response:
    """Send a request once, with the headers, proxies and certificates of a session; its answer is not read yet.

    No redirect is followed and no cookie is kept. `Session.request` would merge settings that are the same for each
    call, which takes as long as all the rest of its preparation.

    Args:
        session: From `open_session`.
        method: The method.
        url: The address, without query.
        params: The query.
        data: The body: bytes, a stream, or None.
        headers: Further headers; None leaves out one of the session's.
        timeout: Seconds to wait for a connection, and for the next part of the answer.
    """
    merged = {**session.headers, **headers}
    prepared = _Request()
    prepared.prepare(
        method=method,
        url=url,
        # A mapping is checked for being a stream first, also an empty one.
        params=dict(params) or "",
        data=data,
        headers={name: value for name, value in merged.items() if value is not None},
    )
    adapter = session.get_adapter(url)
    verify = True if session.verify is None else session.verify
    return adapter.send(prepared, stream=True, timeout=timeout, verify=verify, proxies=session.proxies)


class Transport:
    """The replacement for the network, while a job is tested.

    Attributes:
        wrap: Returns the replacement for an adapter; None if nothing is replaced.
    """

    def __init__(self) -> None:
        self.wrap: Callable[[Any], Any] | None = None

    @classmethod
    def of(cls, run: Run) -> Transport:
        """Return the transport of a run."""
        transport: Transport = run.resource("transport", cls)
        return transport

    def wrapped(self, adapter: Any) -> Any:
        """Return the adapter that this run uses."""
        return adapter if self.wrap is None else self.wrap(adapter)

    def close(self) -> None:
        """Nothing is open."""


#: Variables that name the trusted certificates.
_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
#: Variables that name the proxy.
_PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")


def settings_for(url: str) -> dict[str, Any]:
    """Return the `proxies` and `verify` settings of the environment for an address.

    Raises:
        ConfigurationError: A setting cannot be used; the error names its variable. Nothing was sent.
    """
    verify: Any = next((path for name in _CA_VARIABLES if (path := os.environ.get(name))), True)
    if verify is not True and url.lower().startswith("https:"):
        _check_bundle(verify)
    proxies = _proxies_for(url)
    proxy = requests.utils.select_proxy(url, proxies)
    if proxy is not None:
        _check_proxy(proxy)
    return {"proxies": proxies, "verify": verify}


def _proxies_for(url: str) -> dict[str, str]:
    # To find that there are none takes a millisecond in a process that was just forked. On the other systems further
    # settings than those of the environment count.
    if sys.platform == "linux" and not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}
    return dict(requests.utils.get_environ_proxies(url))


def read_certificates(url: str) -> None:
    """Read the certificates that a connection to an address trusts: all later ones of this process find them there.

    Raises:
        ConfigurationError: A setting of the environment cannot be used.
        OSError: The file cannot be read.
    """
    verify = settings_for(url)["verify"]
    path = requests.utils.DEFAULT_CA_BUNDLE_PATH if verify is True else verify
    if os.path.isfile(path):
        trusting(path)


def _check_bundle(path: str) -> None:
    """Refuse a CA bundle that cannot be used: its errors would look like errors of the other side."""
    import ssl

    try:
        if not os.path.exists(path):
            problem = "does not exist"
        elif os.path.isdir(path):
            return
        else:
            trusting(path)
            return
    except OSError as cause:
        # For a file that can be read, the library gives no reason.
        problem = "holds no certificates" if isinstance(cause, ssl.SSLError) else f"cannot be read ({cause.strerror})"
    named = _variable_of(path, _CA_VARIABLES)
    raise ConfigurationError(
        f"The CA bundle {path} that {named} names {problem}.",
        fix=f"Correct the environment variable {named}, or unset it. Nothing was sent.",
    )


def _check_proxy(proxy: str) -> None:
    """Refuse a proxy that cannot be used. Its address is not shown, since it may hold a password."""
    what = "is not the address of a proxy"
    fix = "Write it as http://proxy.example.org:3128; in a user name or password # is %23, / is %2F and @ is %40."
    try:
        with_scheme: Any = requests.utils.prepend_scheme_if_needed
        address = with_scheme(proxy, "http")
        _Adapter().proxy_manager_for(address)
        if urllib3.util.parse_url(address).host:
            return
    except requests.exceptions.InvalidSchema:
        what = "is a SOCKS proxy, which needs the package PySocks"
        fix = 'Install it (pip install "requests[socks]"), or unset the environment variable.'
    except (urllib3.exceptions.HTTPError, requests.RequestException, ValueError):
        pass
    named = _variable_of(proxy, _PROXY_VARIABLES)
    raise ConfigurationError(f"The proxy that {named} names {what}.", fix=f"{fix} Nothing was sent.")


def _variable_of(value: str, names: Sequence[str]) -> str:
    """Return the environment variable that has this value, in upper or lower case as it is set."""
    spelt = (each for name in names for each in (name.lower(), name))
    return next((name for name in spelt if os.environ.get(name) == value), names[0])


def reason_of(cause: BaseException) -> str:
    """Return the reason for a missing answer as text; the exceptions' own texts hold the whole URL."""
    seen: Any = cause
    texts: list[str] = []
    while isinstance(seen, BaseException):
        if isinstance(seen, TooLarge):
            return str(seen)
        texts.append(f"{type(seen).__name__} {seen}".lower())
        seen = seen.args[0] if seen.args else None
    text = " ".join(texts)
    for sign, words in _REASONS:
        if sign in text:
            return words
    return type(cause).__name__


_REASONS = (
    ("certificate", "its certificate was not accepted"),
    ("sslerror", "TLS could not be set up"),
    ("proxyerror", "the proxy did not connect"),
    ("nameresolution", "the host name is not known"),
    ("getaddrinfo", "the host name is not known"),
    ("refused", "the connection was refused"),
    ("unreachable", "the network is unreachable"),
    ("connecttimeout", "connecting took too long"),
    ("connection to", "connecting took too long"),
    ("readtimeout", "the answer took too long"),
    ("read timed out", "the answer took too long"),
    ("remotedisconnected", "the server closed the connection"),
    ("incompleteread", "the answer was cut off"),
    ("reset", "the connection was reset"),
    ("broken pipe", "the connection broke"),
    ("protocolerror", "the answer is not HTTP"),
    ("badstatusline", "the answer is not HTTP"),
)
