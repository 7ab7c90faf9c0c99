"""`adaptor version`."""

from __future__ import annotations

import argparse
import platform
from typing import Any

from ..core.version import __version__


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("version", help="print the version", description="Print the version.")
    command.set_defaults(perform=perform)


def perform(given: argparse.Namespace) -> int:
    """Print the versions of this package, of Python and of the Graph API that is the default."""
    from ..core.config import schema

    graph = schema()["properties"]["api_version"]["default"]
    print(f"facebook-adaptor {__version__} (Python {platform.python_version()}, Graph API {graph})")
    return 0
