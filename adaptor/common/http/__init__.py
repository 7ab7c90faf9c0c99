"""HTTP for systems other than Facebook: `http.get`, `http.post` and so on.

An answer of 400 or above is an error. Reads (GET, HEAD, OPTIONS) are retried if the answer was lost or asks to retry
later (429, 502, 503, 504); other calls only if they certainly did not leave this machine. No log, error, `response` or
dry run shows credentials, and a redirect sends them to no other system.
"""

from __future__ import annotations

from ...core.operation import Value
from .call import HttpRequest
from .operation import http_operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any, NoReturn, TypeAlias

#: The heading of these names in `adaptor docs`.
HEADING = "http"

# Each function takes what `HttpRequest` takes, by the same names, and hands its `locals()` on. It shows all of it in
# its signature, since `help` and editors do not look behind `**options`.

__all__ = ["delete", "get", "patch", "post", "put", "request"]

Fields: TypeAlias = "Value[dict[str, Any] | None]"
Auth: TypeAlias = "Value[tuple[Any, Any] | dict[str, Any] | None]"
Seconds: TypeAlias = "Value[float | tuple[float, float] | None]"
Rules: TypeAlias = "Value[bool | dict[int, Any] | None]"
Certificate: TypeAlias = "Value[str | PathLike[str] | tuple[Any, Any] | None]"
Trusted: TypeAlias = "Value[bool | str | PathLike[str] | None]"
Form: TypeAlias = "Value[str | None]"
Redirects: TypeAlias = "Value[bool | list[str]]"


@http_operation
def get(
    url: Value[str],
    *,
    query: Fields = None,
    headers: Fields = None,
    auth: Auth = None,
    timeout: Seconds = None,
    errors: Rules = None,
    parse_as: Form = None,
    redirects: Redirects = True,
    cert: Certificate = None,
    verify: Trusted = None,
) -> HttpRequest:
    """Read from another system.

    Args:
        url: The whole address, with `http://` or `https://`; or a path, such as `/patients`, which follows the
            `base_url` of the credential in `auth`. Without `auth`, that is the step's own credential, if it is another
            system's: it has a `base_url` and no `access_token`.
        query: Parameters of the address. None is left out, a list is repeated, True is `true`.
        headers: Further headers. None is left out.
        auth: `(user, password)`, `{"token": "…"}` for a bearer token, or a credential such as
            `state.configuration.clinic`: `{"base_url": "https://…", "username": "…", "password": "…"}`, or with `token`
            in place of user and password. A credential with an address is sent to no other. Entries of ~/.netrc are
            never used.
        timeout: Seconds to wait for a connection and for each part of the answer, or `(connect, read)`. Default:
            `(30, 60)`. The whole call may take ten times as long.
        errors: Which statuses are no errors: False for all, `{404: False}` for some. `{404: "No such patient."}` sets
            the message. Default: 400 and above are errors.
        parse_as: `json`, `text` or `base64`. Default: by the Content-Type; JSON is parsed, and data that is no text
            becomes base64.
        redirects: Whether to follow redirects, at most 5 times. `auth` and `headers` are sent only to the same scheme,
            host and port, and to addresses in a list: `["https://other.example"]`; never from https to http. Other
            addresses get only Accept, Content-Type and User-Agent.
        cert: A client certificate: the path of a PEM file with its key, or `(certificate, key)`. It is shown only to
            the origins that get `auth`.
        verify: The CA bundle (a PEM file or a folder) that the other system's certificate is checked against. Default:
            the well-known authorities, or what `REQUESTS_CA_BUNDLE` names. False is refused: without the check, anybody
            on the way could read the credential.

    Returns:
        An operation. `data` becomes the body (None where it is empty; 64 MB at most, unless `max_response_bytes` in the
        configuration says otherwise), `response` is `{"status_code", "headers", "url",
        "duration"}`, without secrets.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        HttpError: The other system answered with an error, or no valid answer came. Nothing was changed.
        NotSent: Nothing left this machine, after 4 repeats.

    Example:
        >>> http.get("https://example.org/patients", query={"page": 1})
        http.get('https://example.org/patients', query={'page': 1})
    """
    return HttpRequest("GET", **locals())


@http_operation
def post(
    url: Value[str],
    *,
    body: Value[Any] = None,
    form: Fields = None,
    files: Fields = None,
    query: Fields = None,
    headers: Fields = None,
    auth: Auth = None,
    timeout: Seconds = None,
    errors: Rules = None,
    parse_as: Form = None,
    cert: Certificate = None,
    verify: Trusted = None,
) -> HttpRequest:
    """Create something in another system. Redirects are not followed, and a lost answer is not asked for again.

    Args:
        url: As for `http.get`.
        body: A dict or list is sent as JSON, text as UTF-8, bytes unchanged. `headers` may set another Content-Type.
        form: Fields as a web form sends them. None is left out, a list is repeated.
        files: Files by field, with or without `form`, read from disk while they are sent: a `Path`, `(filename, bytes
            or text)`, an open binary file, or a list of these.
        query: As for `http.get`.
        headers: As for `http.get`.
        auth: As for `http.get`.
        timeout: As for `http.get`.
        errors: As for `http.get`; redirects are errors too, unless listed.
        parse_as: As for `http.get`.
        cert: As for `http.get`.
        verify: As for `http.get`.

    Returns:
        An operation. `data` becomes the body of the answer, `response` its status, headers, url and duration. In a
        dry run `data` is `{}`.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        HttpError: The other system answered with an error. Below 500 nothing was done; from 500 on, and after a
            redirect, it is unknown.
        NotSent: Nothing left this machine, after 4 repeats.
        DeliveryUnknown: No valid answer came. The call may have been carried out; it is not repeated.

    Example:
        >>> http.post("https://example.org/patients", body={"name": state.data.name})
        http.post('https://example.org/patients', body={'name': state.data.name})
    """
    return HttpRequest("POST", **locals())


@http_operation
def put(
    url: Value[str],
    *,
    body: Value[Any] = None,
    form: Fields = None,
    files: Fields = None,
    query: Fields = None,
    headers: Fields = None,
    auth: Auth = None,
    timeout: Seconds = None,
    errors: Rules = None,
    parse_as: Form = None,
    cert: Certificate = None,
    verify: Trusted = None,
) -> HttpRequest:
    """Create or replace something in another system. See `http.post`.

    Args:
        url: As for `http.get`.
        body: As for `http.post`.
        form: As for `http.post`.
        files: As for `http.post`.
        query: As for `http.get`.
        headers: As for `http.get`.
        auth: As for `http.get`.
        timeout: As for `http.get`.
        errors: As for `http.post`.
        parse_as: As for `http.get`.
        cert: As for `http.get`.
        verify: As for `http.get`.

    Returns:
        An operation. `data` becomes the body of the answer, `response` its status, headers, url and duration.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        HttpError: The other system answered with an error. Below 500 nothing was done; from 500 on, and after a
            redirect, it is unknown.
        NotSent: Nothing left this machine, after 4 repeats.
        DeliveryUnknown: No valid answer came. The call may have been carried out; a resume repeats it, which has no
            further effect.

    Example:
        >>> http.put("https://example.org/patients/7", body={"name": "Ana"}, auth=("clinic", state.configuration.key))
        http.put('https://example.org/patients/7', auth=('clinic', state.configuration.key), body={'name': 'Ana'})
    """
    return HttpRequest("PUT", **locals())


@http_operation
def patch(
    url: Value[str],
    *,
    body: Value[Any] = None,
    form: Fields = None,
    files: Fields = None,
    query: Fields = None,
    headers: Fields = None,
    auth: Auth = None,
    timeout: Seconds = None,
    errors: Rules = None,
    parse_as: Form = None,
    cert: Certificate = None,
    verify: Trusted = None,
) -> HttpRequest:
    """Change part of something in another system. See `http.post`.

    Args:
        url: As for `http.get`.
        body: As for `http.post`.
        form: As for `http.post`.
        files: As for `http.post`.
        query: As for `http.get`.
        headers: As for `http.get`.
        auth: As for `http.get`.
        timeout: As for `http.get`.
        errors: As for `http.post`.
        parse_as: As for `http.get`.
        cert: As for `http.get`.
        verify: As for `http.get`.

    Returns:
        An operation. `data` becomes the body of the answer, `response` its status, headers, url and duration.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        HttpError: The other system answered with an error. Below 500 nothing was done; from 500 on, and after a
            redirect, it is unknown.
        NotSent: Nothing left this machine, after 4 repeats.
        DeliveryUnknown: No valid answer came. The call may have been carried out; it is not repeated.

    Example:
        >>> http.patch("https://example.org/patients/7", body={"reminded": True})
        http.patch('https://example.org/patients/7', body={'reminded': True})
    """
    return HttpRequest("PATCH", **locals())


@http_operation
def delete(
    url: Value[str],
    *,
    body: Value[Any] = None,
    query: Fields = None,
    headers: Fields = None,
    auth: Auth = None,
    timeout: Seconds = None,
    errors: Rules = None,
    parse_as: Form = None,
    cert: Certificate = None,
    verify: Trusted = None,
) -> HttpRequest:
    """Delete something in another system. A redirect is not followed.

    Args:
        url: As for `http.get`.
        body: As for `http.post`; few systems read one.
        query: As for `http.get`.
        headers: As for `http.get`.
        auth: As for `http.get`.
        timeout: As for `http.get`.
        errors: As for `http.post`; `{404: False}` if it may already be deleted.
        parse_as: As for `http.get`.
        cert: As for `http.get`.
        verify: As for `http.get`.

    Returns:
        An operation. `data` becomes the body of the answer, mostly None; `response` as for `http.get`.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        HttpError: The other system answered with an error. Below 500 nothing was done; from 500 on, and after a
            redirect, it is unknown.
        NotSent: Nothing left this machine, after 4 repeats.
        DeliveryUnknown: No valid answer came. The call may have been carried out; a resume repeats it, which has no
            further effect.

    Example:
        >>> http.delete("https://example.org/patients/7", errors={404: False})
        http.delete('https://example.org/patients/7', errors={404: False})
    """
    return HttpRequest("DELETE", **locals())


@http_operation
def request(
    method: Value[str],
    url: Value[str],
    *,
    body: Value[Any] = None,
    form: Fields = None,
    files: Fields = None,
    query: Fields = None,
    headers: Fields = None,
    auth: Auth = None,
    timeout: Seconds = None,
    errors: Rules = None,
    parse_as: Form = None,
    redirects: Redirects = True,
    cert: Certificate = None,
    verify: Trusted = None,
) -> HttpRequest:
    """Make any call to another system.

    Args:
        method: `GET`, `HEAD` and `OPTIONS` count as reads, any other method as a write.
        url: As for `http.get`.
        body: As for `http.post`. Redirects of a call with a body are not followed.
        form: As for `http.post`.
        files: As for `http.post`.
        query: As for `http.get`.
        headers: As for `http.get`.
        auth: As for `http.get`.
        timeout: As for `http.get`.
        errors: As for `http.get` and `http.post`.
        parse_as: As for `http.get`.
        redirects: As for `http.get`; redirects of a write are never followed.
        cert: As for `http.get`.
        verify: As for `http.get`.

    Returns:
        An operation. `data` becomes the body of the answer, `response` its status, headers, url and duration.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        HttpError: The other system answered with an error, as for `http.get` and `http.post`.
        NotSent: Nothing left this machine, after 4 repeats.
        DeliveryUnknown: A write got no valid answer. It is not repeated, except `PUT` and `DELETE` by a resume.

    Example:
        >>> http.request("HEAD", "https://example.org/patients/7", auth={"token": state.configuration.clinic_token})
        http.request('HEAD', 'https://example.org/patients/7', auth={'token': state.configuration.clinic_token})
    """
    return HttpRequest(**locals())


def __getattr__(name: str) -> NoReturn:
    raise AttributeError(f"`http` has no `{name}`; it has {', '.join(__all__)}")
