"""`adaptor version`."""

from __future__ import annotations

import sys

from ..core.version import __version__
from ..runner.output.files import print_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from ..graph.versions import Version

HELP = "print the version"
EPILOG = """\
examples:
  adaptor version --format json
  adaptor version --check          which versions of the Graph API Meta serves, and until when

exit codes:
  0  all well
  1  with --check: the version that is the default of `api_version` has ended or ends within 60 days; update the package
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "version",
        help=HELP,
        description="Print the versions of this package, of Python, of the Graph API and of the system. "
        "No network is used.",
        epilog=EPILOG,
    )
    command.add_argument("--check", action="store_true", help="print the versions of the Graph API and when each ends")
    command.add_argument("--format", choices=("text", "json"), default="text", help="text (default) or json")
    command.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Print the versions of this package, of Python, of the Graph API that is the default, and of the system."""
    import platform

    from ..core.config import schema

    if options.check:
        return _check(options.format)
    versions = {
        "adaptor": __version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "graph_api": schema()["properties"]["api_version"]["default"],
    }
    if options.format == "json":
        import json

        print_out(f"{json.dumps(versions, indent=2)}\n", sys.stdout)
    else:
        python = f"{versions['implementation']} {versions['python']}"
        graph = versions["graph_api"]
        print_out(f"facebook-adaptor {__version__} ({python}, Graph API {graph}, {versions['platform']})\n", sys.stdout)
    return 0


def _check(form: str) -> int:
    """Print when each version of the Graph API ends; return 1 if the default one has ended or will soon."""
    from datetime import UTC, datetime

    from ..graph.versions import CHECKED, DOCUMENTED, SOURCE, versions

    known = versions(datetime.now(UTC).date())
    default = next(version for version in known if version.name == DOCUMENTED)
    if form == "json":
        import json

        facts = [version.facts() for version in known]
        shown = {"default": DOCUMENTED, "checked": CHECKED, "source": SOURCE, "versions": facts}
        text = json.dumps(shown, indent=2)
    else:
        lines = [f"{'version':<9}{'introduced':<12}{'ends':<12}state", *map(_line, known)]
        text = "\n".join([*lines, "", f"As of {CHECKED}, from {SOURCE}"])
    print_out(f"{text}\n", sys.stdout)
    return 1 if default.has_ended or default.ends_soon else 0


def _line(version: Version) -> str:
    from ..graph.versions import DOCUMENTED

    state = version.state + (f", in {version.days} days" if version.ends_soon else "")
    if version.name == DOCUMENTED:
        state += "; the default, the newest whose Messenger behaviour is documented"
    return f"{version.name:<9}{version.introduced:<12}{version.ends or 'not named':<12}{state}"
