"""The certificates that TLS connections trust, read once a process."""

from __future__ import annotations

import os
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ssl import SSLContext


def trusting(path: str) -> SSLContext:
    """Return the settings of connections that trust the certificates of a file.

    To read the bundle of a system takes 18 ms. So it is read once for all connections of this process and of those that
    it forks, and again where the file has changed.

    Raises:
        OSError: The file cannot be read, or holds no certificates.
    """
    facts = os.stat(path)
    return _trusting(path, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=4)
def _trusting(path: str, changed: int, size: int) -> SSLContext:
    from ssl import CERT_REQUIRED

    from urllib3.util.ssl_ import create_urllib3_context

    context = create_urllib3_context(cert_reqs=CERT_REQUIRED)
    context.load_verify_locations(path)
    return context
