"""The files of a TLS connection that a job names: the certificates it trusts, and the one it shows of itself."""

from __future__ import annotations

import os

from ..core.state import a_kind
from .address import refuse
from .certificates import trusting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


def check_verify(verify: Any) -> None:
    """Refuse what names no CA bundle, and False: anybody on the way could then read what is sent.

    Raises:
        InvalidMessage: It is neither True nor a path. Nothing was sent.
    """
    fix = 'Give the file of the certificates that you trust: verify="clinic-ca.pem".'
    if verify is False:
        refuse("verify", "is False, so anybody on the way could read the credential and the data", fix)
    if verify is not True and not isinstance(verify, str | os.PathLike):
        refuse("verify", f"is {a_kind(verify)}, not the path of a file", fix)


def check_cert(cert: Any) -> None:
    """Refuse what names no client certificate.

    Raises:
        InvalidMessage: It is neither a path nor a pair of paths. Nothing was sent.
    """
    paths = cert if isinstance(cert, list | tuple) and len(cert) == 2 else [cert]
    if not all(isinstance(path, str | os.PathLike) and os.fspath(path) for path in paths):
        refuse("cert", "is not the path of a file", 'Give cert="client.pem", or cert=("client.crt", "client.key").')


def tls_settings(verify: Any, cert: Any) -> dict[str, Any]:
    """Return the settings of a connection with these files.

    Raises:
        InvalidMessage: A file cannot be used; the error names it. Nothing was sent.
    """
    settings: dict[str, Any] = {}
    if verify is not None and verify is not True:
        settings["verify"] = os.fspath(verify)
        _try_bundle(settings["verify"])
    if cert is not None:
        paths = tuple(map(os.fspath, cert)) if isinstance(cert, list | tuple) else (os.fspath(cert),)
        _try_cert(paths)
        settings["cert"] = paths if len(paths) == 2 else paths[0]
    return settings


def _try_bundle(path: str) -> None:
    if os.path.isdir(path):
        return
    try:
        trusting(path)
    except OSError as cause:
        _unusable("verify", path, cause, "holds no certificates")


def _try_cert(paths: tuple[str, ...]) -> None:
    import ssl

    for path in paths:
        try:
            with open(path, "rb"):
                pass
        except OSError as cause:
            _unusable("cert", path, cause, "")
    try:
        # Without a password here, an encrypted key would make the library ask for one on the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(
            paths[0], paths[1] if len(paths) == 2 else None, lambda: ""
        )
    except (OSError, ValueError) as cause:
        _unusable("cert", " and ".join(paths), cause, "hold no certificate with its key, without a password")


def _unusable(field: str, path: str, cause: Exception, otherwise: str) -> NoReturn:
    import ssl

    if isinstance(cause, FileNotFoundError):
        problem = "does not exist"
    elif isinstance(cause, OSError) and not isinstance(cause, ssl.SSLError):
        problem = f"cannot be read ({cause.strerror})"
    else:
        problem = otherwise
    refuse(field, f"names {path}, which {problem}", "Give a file in PEM format (-----BEGIN CERTIFICATE-----).")
