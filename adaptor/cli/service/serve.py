"""`adaptor serve`: people write, workflows answer."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from functools import partial

from ...core.errors import AdaptorError, InputError
from ...core.text.harmless import harmless
from ...runner.execution.result import EXIT_BAD_INPUT, EXIT_CRASHED, EXIT_WELL

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from ...runner.load.credentials import Credentials
    from ...runner.output.logs import Log
    from ...service.serving import Service, ServiceOptions
    from ...service.web.meta import Door

EXAMPLE = """\
examples:
  adaptor serve bot.yaml -c credentials.json
  adaptor serve project.yaml --workers 8 --database postgresql://user@host/database
  adaptor serve project.yaml --no-workers --database postgresql://user@host/database    see adaptor worker

The credentials hold `app_secret`, with which Meta signs each webhook, and `verify_token`, which you type into the App
Dashboard. Meta calls https only: put a proxy with a certificate before it. With a `status_token`,
there is a page at /status; a `webhook_api_key` lets other programs call triggers that have a `custom_path`.
To develop a bot, see adaptor dev.
"""


#: The token of the status page, where the credentials are not to hold it.
STATUS_TOKEN = "ADAPTOR_STATUS_TOKEN"


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    from ..options.service import add_service_options

    command = commands.add_parser(
        "serve",
        help="answer people: receive webhooks, and run the workflows that their triggers name",
        description="Receive Meta's webhooks, store each event once, and run the workflows whose triggers fit. An "
        "event is answered with 200 once it is on the disk; then nothing loses it. Each person's runs go one after "
        "the other; a run that was killed is resumed, and nobody gets a message twice.",
        epilog=EXAMPLE,
    )
    add_service_options(command)
    command.add_argument(
        "-c", "--credentials", metavar="FILE", help="the configuration, or several by their names; JSON or YAML"
    )
    command.add_argument(
        "--database",
        metavar="URL",
        help="events, runs and the ledger: a file or postgresql://…; default: $ADAPTOR_DATABASE, else "
        ".adaptor/ledger.db beside the project",
    )
    command.add_argument(
        "--no-workers", action="store_true", help="only take events in: adaptor worker performs the runs, anywhere"
    )
    command.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help="where to listen (default: 127.0.0.1)")
    command.add_argument(
        "--status-host",
        metavar="NAME",
        action="append",
        default=[],
        help="a name under which browsers reach the status page, such as bot.example.org behind a proxy",
    )
    command.add_argument("--status-texts", action="store_true", help="show what people wrote on the status page, too")
    command.add_argument(
        "--unsigned", action="store_true", help="accept webhooks without a signature, from anybody: for tests only"
    )
    command.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Serve until it is stopped; return the exit code."""
    from ...runner.load.credentials import read_credentials
    from ...runner.output.logs import Levels, Log
    from ..options.service import check_extra

    try:
        log = Log(Levels(options.log), as_json=options.log_json, stream=sys.stderr)
        check_extra()
        if options.no_workers:
            check_extra("cluster")
        credentials = read_credentials(options.credentials)
        service = _service(options, credentials, log)
    except AdaptorError as error:
        print(harmless(error.report()), file=sys.stderr)
        return EXIT_BAD_INPUT
    started = partial(_log_start, options, service, log)
    return EXIT_WELL if service.run(started) else EXIT_CRASHED


def _service(options: argparse.Namespace, credentials: Credentials, log: Log) -> Service:
    from ...runner.execution.recording.ledger_location import default_database
    from ...runner.load.secret_warnings import of_credentials
    from ...service.serving import Service
    from ..layout.service import event_line, lines_to, show_warnings
    from ..options.service import service_of, settings_of

    doors = _doors(options, credentials, log)
    settings = settings_of(options, options.database or default_database(options.path), options.credentials)
    chosen = service_of(options, credentials, settings, doors, options.host)
    chosen = replace(
        chosen,
        status_token=_status_token(credentials),
        status_hosts=tuple(options.status_host),
        shows_texts=options.status_texts,
    )
    _check_callers(chosen)
    write = lines_to(log)
    show_warnings(chosen.project.warnings, write)
    for what in of_credentials(credentials):
        write("info", f"warning: {what}")
    service = Service(chosen, write)
    service.on_event = lambda event, runs, stored: write(*event_line(event, runs, stored))
    return service


def _doors(options: argparse.Namespace, credentials: Credentials, log: Log) -> list[Door]:
    """Return who may come in.

    Raises:
        InputError: Anybody might, and nobody has agreed to that.
    """
    from ...service.web.access import doors_of

    doors = doors_of(credentials, options.url_path)
    for door in doors:
        if not door.verify_tokens:
            what = f"warning: The credentials of {door.path} have no `verify_token`: Meta's first call is refused."
            log("info", "service", what, {})
        if not door.secrets and not options.unsigned:
            raise InputError(
                f"The credentials of {door.path} have no `app_secret`: anybody could send webhooks in Meta's name.",
                fix="Add the app secret from the App Dashboard (Settings, Basic) to the credentials, -c FILE. For a "
                "test on your own machine: --unsigned.",
            )
        if door.secrets and options.unsigned:
            raise InputError("--unsigned does not go with an `app_secret`.", fix="Leave one of the two out.")
    return [replace(door, is_unsigned=options.unsigned) for door in doors]


def _status_token(credentials: Credentials) -> str | None:
    """Return the token of the status page, or None.

    Raises:
        InputError: It can be guessed.
    """
    from ...service.web.session import SHORTEST
    from ..options.service import words_of

    token = os.environ.get(STATUS_TOKEN) or next(iter(words_of(credentials, "status_token")), None)
    if token is not None and len(token) < SHORTEST:
        raise InputError(
            f"The `status_token` has fewer than {SHORTEST} characters: it can be guessed.",
            fix="Make one with: openssl rand -hex 24",
        )
    return token


def _check_callers(chosen: ServiceOptions) -> None:
    """Refuse to serve a trigger that nobody can call.

    Raises:
        InputError: There is one.
    """
    for entry in chosen.project.entries:
        call = entry.trigger.call
        if call is not None and not call.is_open and not chosen.callers(call.auth):
            where = "The credentials have" if call.auth is None else f"The configuration `{call.auth}` has"
            raise InputError(
                f"The trigger `{entry.step}` is called by other programs. {where} no `webhook_api_key`, and no "
                "`webhook_user` with `webhook_password`.",
                fix='Add one of them. To let anybody start runs, write "webhook_auth": "none" into the trigger.',
            )


def _log_start(options: argparse.Namespace, service: Service, log: Log) -> None:
    from ...core.text.number_of import number_of
    from ..layout.service import block, call_urls

    lines = [
        f"Serving {options.path}: {number_of(len(service.project.entries) + len(service.project.clocks), 'triggers')}.",
        *(f"  webhook   {url}" for url in service.urls),
        *(f"  call      {path}" for path in call_urls(service)),
        *([f"  status    {service.status_url}"] if service.status_url else []),
        f"  recorded  {service.database}",
    ]
    if options.no_workers:
        lines.append("  Runs wait for adaptor worker, on this machine or others.")
    if options.unsigned:
        lines.append("  Webhooks are accepted WITHOUT a signature: anybody who reaches this address can start runs.")
    log("info", "service", block([*lines, "Ctrl-C ends it."], as_json=options.log_json), {"url": service.url})
