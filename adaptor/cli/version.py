"""`adaptor version`."""

from __future__ import annotations

from ..core.version import __version__
from .layout.help import Help

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

HELP = "print the version"


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "version",
        help=HELP,
        description="Print the versions of this package, of Python, of the Graph API and of the system.",
        epilog="example:\n  adaptor version --format json\n",
        formatter_class=Help,
        allow_abbrev=False,
    )
    command.add_argument("--format", choices=("text", "json"), default="text", help="text (default) or json")
    command.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Print the versions of this package, of Python, of the Graph API that is the default, and of the system."""
    import platform

    from ..core.config import schema

    versions = {
        "adaptor": __version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "graph_api": schema()["properties"]["api_version"]["default"],
    }
    if options.format == "json":
        import json

        print(json.dumps(versions, indent=2))
    else:
        python = f"{versions['implementation']} {versions['python']}"
        print(f"facebook-adaptor {__version__} ({python}, Graph API {versions['graph_api']}, {versions['platform']})")
    return 0
