"""The options of `adaptor serve`, `adaptor dev` and `adaptor worker`."""

from __future__ import annotations

import argparse
import os
import re
from functools import partial
from typing import TYPE_CHECKING

from ...core.digest import digest
from ...core.errors import InputError
from ...core.secrets.pasted import trimmed_value
from .run import mebibytes_from_32, port_number, seconds_above_0

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...runner.load.credentials import Credentials
    from ...runner.load.triggers.notices import NoticeTarget
    from ...service.serving import ServiceOptions
    from ...service.web.meta import Door
    from ...service.worker.attempt import Settings

#: The default port and path of the webhook.
PORT = 8400
PATH = "/webhook"
#: What a run may take by default.
RUN_SECONDS = 300.0
#: How long a caller waits for a run by default.
REPLY_SECONDS = 30.0


def add_service_options(command: argparse.ArgumentParser, *, port: int = PORT) -> None:
    """Add the options that both commands have.

    Args:
        command: The parser of the command.
        port: Where it listens by default; 0 is any free port.
    """
    command.add_argument("path", metavar="PROJECT", help="a workflow (.json, .yaml) or a project.yaml")
    where = command.add_argument_group("where it listens")
    help_ = f"0 is any free one (default: {port})" if port else "default: any free one"
    where.add_argument("--port", type=port_number, metavar="PORT", default=port, help=help_)
    where.add_argument(
        "--url-path", type=_url_path, metavar="PATH", default=PATH, help=f"of the webhook (default: {PATH})"
    )
    where.add_argument(
        "--reply-timeout",
        type=seconds_above_0,
        metavar="SECONDS",
        default=REPLY_SECONDS,
        help=f"how long callers wait whose trigger answers after the run (default: {REPLY_SECONDS:.0f})",
    )
    add_run_options(command)


def add_run_options(command: argparse.ArgumentParser) -> None:
    """Add the options that say how runs are performed."""
    runs = command.add_argument_group("runs")
    runs.add_argument(
        "--workers", type=_count, metavar="N", default=2, help="how many runs are performed at once (default: 2)"
    )
    runs.add_argument("--timeout", type=seconds_above_0, metavar="SECONDS", help="how long a step may take")
    runs.add_argument(
        "--run-timeout",
        type=seconds_above_0,
        metavar="SECONDS",
        default=RUN_SECONDS,
        help=f"how long a run may take (default: {RUN_SECONDS:.0f})",
    )
    runs.add_argument("--memory-limit", type=mebibytes_from_32, metavar="MIB", help="how much memory a run may take")
    runs.add_argument(
        "--notify",
        metavar="TARGET",
        help="where notices about paused Pages and runs that failed for good go: https://…, $NAME of an environment "
        "variable that holds it, or a command that reads JSON; in place of what the workflows say",
    )
    runs.add_argument(
        "-l", "--log", metavar="LEVEL", default="info", help="none, error, info (default) or debug; also info,run=error"
    )
    runs.add_argument("--log-json", action="store_true", help="one JSON object a line")


#: What each extra needs.
_EXTRAS = {
    "serve": ("starlette", "uvicorn", "cronsim"),
    "cluster": ("procrastinate", "psycopg", "psycopg_pool", "cronsim"),
}


def check_extra(extra: str = "serve") -> None:
    """Refuse to go on without the packages of an extra.

    Raises:
        InputError: They are not installed.
    """
    from importlib.util import find_spec

    missing = [name for name in _EXTRAS[extra] if find_spec(name) is None]
    if missing:
        raise InputError(
            f"The service needs {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed.",
            fix=f"Install them: pip install 'facebook-adaptor[{extra}]', or in a checkout of it: pip install "
            f"'.[{extra}]'",
        )


def settings_of(options: argparse.Namespace, database: str, credentials: str | None) -> Settings:
    """Return how runs are performed."""
    from ...ledger.database.sqlite import FOLDER
    from ...service.worker.attempt import Settings
    from ...service.worker.run_log import run_log_of

    return Settings(
        os.path.abspath(options.path),
        database if "://" in database else os.path.abspath(database),
        credentials=None if credentials is None else os.path.abspath(credentials),
        timeout=options.timeout,
        run_timeout=options.run_timeout,
        memory_limit=options.memory_limit,
        log=options.log,
        log_json=options.log_json,
        run_log=run_log_of(database, os.path.join(os.path.dirname(os.path.abspath(options.path)), FOLDER)).path,
    )


def service_of(
    options: argparse.Namespace,
    credentials: Credentials,
    settings: Settings,
    doors: Sequence[Door],
    host: str,
    app_ids: tuple[str, ...] = (),
) -> ServiceOptions:
    """Return what is served: the workflows are read and checked.

    Raises:
        InputError: Something is wrong with them.
    """
    from ...service.serving import ServiceOptions
    from ...service.triggers.project import load_project
    from ...service.web.access import callers_of

    return ServiceOptions(
        load_project(options.path, credentials),
        settings,
        tuple(doors),
        host,
        options.port,
        workers=0 if getattr(options, "no_workers", False) else options.workers,
        app_ids=app_ids or words_of(credentials, "app_id"),
        tokens=tokens_of(credentials),
        notify=None if options.notify is None else notice_target(options.notify),
        callers=partial(callers_of, credentials),
        reply_seconds=options.reply_timeout,
    )


def tokens_of(credentials: Credentials) -> str:
    """Return a digest of the tokens of all configurations; empty where there is none."""
    found = sorted(words_of(credentials, "access_token"))
    return digest("tokens", found) if found else ""


def notice_target(text: str) -> NoticeTarget:
    """Return where notices go that `--notify` names.

    Raises:
        InputError: It is neither an address nor a command.
    """
    import shlex

    from ...runner.load.triggers.notices import NoticeTarget
    from ...runner.load.triggers.service_reader import command_of, problem_of_url

    if text.startswith("$") or "://" in text:
        if problem_of_url(text) is not None:
            raise InputError("--notify names no address.", fix="Write https://…, or $NAME in single quotes.")
        return NoticeTarget(url=text)
    try:
        words = shlex.split(text)
    except ValueError:
        words = []
    if not words:
        raise InputError("--notify names no command.", fix="Write a program, with its arguments: --notify './alert.sh'")
    return NoticeTarget(command=command_of(words, os.getcwd()))


def words_of(credentials: Credentials, *keys: str) -> tuple[str, ...]:
    """Return the values of these keys in all configurations, each once."""
    found = [trimmed_value(key, given[key]) for _, given in credentials.given() for key in keys if given.get(key)]
    return tuple(dict.fromkeys(each for each in found if isinstance(each, str)))


def _url_path(text: str) -> str:
    # The same rule as for `webhook_path` in the credentials, whose module imports the server.
    if re.fullmatch(r"/(?!(healthz|readyz|metrics|status|i)(/|$))[\w.~/-]*", text, re.ASCII) is None:
        raise ValueError
    return text


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 256:
        raise ValueError
    return count


# argparse shows these names where a value is wrong.
_url_path.__name__, _count.__name__ = "path such as /webhook:", "number from 1 to 256:"
