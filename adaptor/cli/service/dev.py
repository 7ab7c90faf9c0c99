"""`adaptor dev`: develop a bot, with a simulated Messenger and the service in one command."""

from __future__ import annotations

import sys

from ...core.errors import AdaptorError, InputError
from ...core.text.harmless import harmless
from ...runner.execution.result import EXIT_BAD_INPUT, EXIT_CRASHED, EXIT_WELL

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from ...sandbox import Sandbox
    from ...service.serving import Service

EXAMPLE = """\
examples:
  adaptor dev bot.yaml --open        write to the bot in the browser
  adaptor dev bot.yaml --people sandbox.json

Nothing leaves this machine, and nothing is kept. Edit the workflow and its scripts: the next message gets the new ones.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    from ..options.service import add_service_options

    command = commands.add_parser(
        "dev",
        help="develop a bot: a simulated Messenger and the service together",
        description="Start a simulated Messenger and the service. What a person writes on the chat page comes to the "
        "workflow as a signed webhook, and the answer appears on the page. Each event and each run is shown.",
        epilog=EXAMPLE,
    )
    add_service_options(command, port=0)
    command.add_argument("--people", metavar="FILE", help="who is there (default: sandbox.json beside it, if any)")
    command.add_argument("--open", action="store_true", help="open the chat page in the browser")
    command.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Run both until Ctrl-C; return the exit code."""
    from tempfile import TemporaryDirectory

    from ...sandbox import SandboxError
    from ..options.service import check_extra

    try:
        check_extra()
        with TemporaryDirectory(prefix="adaptor-dev-") as folder, _sandbox(options) as sandbox:
            return _serve(options, sandbox, folder)
    except SandboxError as cause:
        error: AdaptorError = InputError(str(cause))
    except AdaptorError as cause:
        error = cause
    print(harmless(error.report()), file=sys.stderr)
    return EXIT_BAD_INPUT


def _sandbox(options: argparse.Namespace) -> Sandbox:
    from ...sandbox import Sandbox
    from ..options.preview import people_beside

    people = options.people or people_beside(options.path)
    return Sandbox.from_file(people) if people else Sandbox()


def _serve(options: argparse.Namespace, sandbox: Sandbox, folder: str) -> int:
    import os
    import secrets
    from dataclasses import replace

    from ...runner.load.credentials import Credentials
    from ...runner.load.triggers.notices import NoticeTarget
    from ...runner.output.logs import Levels, Log
    from ...service.reload import Reloader
    from ...service.serving import Service
    from ...service.web.callers import Callers
    from ...service.web.meta import Door
    from ..layout.service import block, event_line, lines_to, show_warnings
    from ..options.service import service_of, settings_of

    log = Log(Levels(options.log), as_json=options.log_json, stream=sys.stderr)
    write = lines_to(log)
    token, key = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
    door = Door(options.url_path, (sandbox.app_secret,), (token,))
    # The sandbox forgets everything at the end, and so does the ledger.
    settings = replace(
        settings_of(options, os.path.join(folder, "ledger.db"), None),
        sandbox={"base_url": sandbox.url, "access_token": sandbox.access_token},
    )
    chosen = service_of(options, Credentials(is_lenient=True), settings, [door], "127.0.0.1", (sandbox.app_id,))
    # Nothing leaves this machine, no notice of the workflow's either.
    chosen = replace(chosen, notify=chosen.notify or NoticeTarget())
    # For this machine and this time: any page in the browser can send requests to it.
    chosen = replace(chosen, callers=lambda name: Callers((key,)), status_token=key, shows_texts=True)
    show_warnings(chosen.project.warnings, write)
    service = Service(chosen, write)
    service.on_event = lambda event, runs, stored: write(*event_line(event, runs, stored, with_content=True))

    def started() -> None:
        sandbox.subscribe(service.url, verify_token=token)
        facts = {"url": service.url, "page_url": sandbox.page_url}
        log("info", "service", block(_facts(options, sandbox, service, key), as_json=options.log_json), facts)
        if options.open:
            import webbrowser

            webbrowser.open(sandbox.page_url)

    with Reloader(service, options.path, write):
        return EXIT_WELL if service.run(started) else EXIT_CRASHED


def _facts(options: argparse.Namespace, sandbox: Sandbox, service: Service, key: str) -> list[str]:
    from ..layout.service import call_urls

    return [
        f"{options.path} answers for {sandbox.page_name}. Nothing leaves this machine.",
        f"  write to it  {sandbox.page_url}",
        f"  webhook      {service.url}",
        *(f"  call         {url}  X-API-Key: {key}" for url in call_urls(service)),
        f"  status       {service.status_url}  token: {key}",
        "Ctrl-C ends it.",
    ]
