"""The credentials file of a running sandbox, for `adaptor run -c` and for other programs."""

from __future__ import annotations

import json
import os
from urllib.parse import urlsplit

from ...core.errors import InputError
from ...runner.output.files import check_output, write_output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...sandbox import Sandbox

# A credentials file is far smaller.
_LARGEST = 64 * 1024
_KEYS = {"base_url", "access_token"}


def check_credentials(path: str, *, overwrite: bool) -> None:
    """Refuse a file that must not be replaced, before the sandbox starts.

    Args:
        path: The file to write.
        overwrite: Whether any file may be replaced.

    Raises:
        InputError: The file cannot be written, or it holds something else than the credential of a sandbox.
    """
    check_output(path)
    if not overwrite and os.path.isfile(path) and not _is_of_a_sandbox(path):
        raise InputError(
            f"{path} holds something else than the credential of a sandbox, so it is not replaced.",
            fix="Give another file, or replace it with --overwrite; nothing was started.",
        )


def write_credentials(path: str, sandbox: Sandbox) -> None:
    """Write the base URL and the access token of a sandbox, readable by the owner alone.

    Raises:
        InputError: The file cannot be written.
    """
    given = {"base_url": sandbox.url, "access_token": sandbox.access_token}
    write_output(f"{json.dumps(given, indent=2)}\n", path, mode=0o600)


def _is_of_a_sandbox(path: str) -> bool:
    """Whether a file is one that `write_credentials` wrote: its address is this machine."""
    try:
        with open(path, encoding="utf-8") as file:
            given = json.loads(file.read(_LARGEST))
        return set(given) == _KEYS and urlsplit(given["base_url"]).hostname == "127.0.0.1"
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return False
