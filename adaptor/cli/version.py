"""`adaptor version`."""

from __future__ import annotations

from ..core.version import __version__
from .help import Help

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "version", help="print the version", description="Print the version.", formatter_class=Help
    )
    command.set_defaults(perform=perform)


def perform(given: argparse.Namespace) -> int:
    """Print the versions of this package, of Python and of the Graph API that is the default."""
    import platform

    from ..core.config import schema

    graph = schema()["properties"]["api_version"]["default"]
    print(f"facebook-adaptor {__version__} (Python {platform.python_version()}, Graph API {graph})")
    return 0
