"""`adaptor config`: what a credential may do, whether it is well formed, and what it may hold."""

from __future__ import annotations

import sys

from .layout.token_warnings import ends_in_words
from .layout.verbs import add_with_verbs
from .layout.writing import write
from .subcommands import config_token

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from ..core.errors import AdaptorError
    from ..runner.checking.needs import Needed
    from ..runner.checking.token import TokenReport
    from ..runner.load.credentials import Credentials

EXAMPLE = """\
examples:
  adaptor config token                                     get a Page's token, and write credentials.json
  adaptor config check -c credentials.json                 whose the token is, what it may do, when it ends
  adaptor config check -c credentials.json --job job.py    and what the job still needs
  adaptor config validate -c credentials.json              check the file alone, without asking Meta
  adaptor config schema                                    what it may hold, as JSON Schema
"""

EXIT_CODES = """\
exit codes:
  0  all well
  1  the token is not valid, cannot do what is needed, or Meta could not be asked
  2  bad input: usage, credential, job; nothing was asked
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    verbs = add_with_verbs(
        commands,
        "config",
        "get a credential, and look into it",
        "Get a credential, and look into it. No secret is ever printed.",
        f"{EXAMPLE}\n{EXIT_CODES}",
    )
    config_token.add_to(verbs)
    check = verbs.add_parser(
        "check",
        help="ask Meta what a credential may do",
        description="Ask Meta whose the token is, what it may do and when it ends. Nothing is sent to anybody.",
        epilog=EXIT_CODES,
    )
    check.add_argument("--job", metavar="PATH", help="also say which permissions a job or a workflow still needs")
    check.add_argument("--format", choices=("text", "json"), default="text", help="text (default) or json")
    check.set_defaults(perform=_check)
    validate = verbs.add_parser(
        "validate",
        help="check the form of a credential without asking Meta",
        description="Check the form of a credential. Meta is not asked.",
    )
    validate.set_defaults(perform=_validate)
    for verb in (check, validate):
        verb.add_argument(
            "-c", "--credentials", metavar="FILE", help="the configuration, JSON or YAML; default: the environment"
        )
        verb.add_argument("--name", metavar="NAME", help="which one, where the file holds several")
    schema = verbs.add_parser(
        "schema",
        help="print what a credential may hold",
        description="Print what a credential may hold, as JSON Schema (draft-07).",
    )
    schema.set_defaults(perform=_schema)


def _schema(options: argparse.Namespace) -> int:
    """Print the schema of the configuration."""
    import json

    from ..core.config import schema

    write(json.dumps(schema(), indent=2, ensure_ascii=False))
    return 0


def _validate(options: argparse.Namespace) -> int:
    """Check the form of a credential without asking Meta."""
    from datetime import UTC, datetime

    from ..core.config import plain_address, read_configuration, schema
    from ..core.errors import AdaptorError
    from ..core.text.harmless import one_line
    from ..graph.versions import version_warning
    from ..runner.load.credentials import read_credentials
    from ..runner.load.secret_warnings import of_credentials

    credentials = None
    try:
        credentials = read_credentials(options.credentials)
        configuration = credentials.single(options.name)
        checked = read_configuration(configuration)
    except AdaptorError as error:
        print(_located(error, credentials, options.name).report(), file=sys.stderr)
        return 2
    keys = [key for key in schema()["properties"] if configuration.get(key) is not None]
    others = [key for key in configuration if key not in schema()["properties"]]
    write(f"The credential is well written: {', '.join(keys)}.")
    if others:
        write(f"Not ours, and left alone: {', '.join(one_line(str(key)) for key in others)}.")
    if warning := version_warning(checked.api_version, datetime.now(UTC).date()):
        write(f"warning: {warning}")
    for warning in filter(None, [plain_address(checked.base_url), *of_credentials(credentials, name=options.name)]):
        write(f"warning: {warning}")
    return 0


def _located(error: AdaptorError, credentials: Credentials | None, name: str | None) -> AdaptorError:
    """Return an error of a configuration with the place of its key."""
    from ..core.errors import ConfigurationError

    if isinstance(error, ConfigurationError) and credentials is not None:
        from ..runner.hints.credentials import explain

        explain(error, credentials.given(name))
        error.about_sending = False
    return error


def _check(options: argparse.Namespace) -> int:
    """Ask Meta about a credential, and print the answer."""
    import json

    from ..core.errors import AdaptorError
    from ..core.run.context import Run
    from ..runner.checking.token import inspect_token
    from ..runner.execution.recording.ledger_location import folders_beside
    from ..runner.load.credentials import read_credentials
    from ..runner.load.secret_warnings import of_files
    from ..runner.output.logs import Levels, Log

    # A job that sends something while it is loaded must not do so here.
    run = Run(sink=Log(Levels("info"), stream=sys.stderr), dry_run=True, alone=True)
    credentials = None
    try:
        credentials = read_credentials(options.credentials)
        credentials.teach(run.redactor)
        run.folders = folders_beside(None, options.job, credentials.path)
        for what in of_files(credentials):
            run.warn("config", what)
        findings = inspect_token(credentials.single(options.name), options.job, run)
    except AdaptorError as error:
        located = _located(error, credentials, options.name)
        run.log("error", "config", located.report(), error=located.facts())
        return 2
    if options.format == "json":
        text = json.dumps(findings.facts(), indent=2, ensure_ascii=False)
    else:
        text = "\n".join(_lines(findings))
    write(run.redactor.text(text))
    return 0 if findings.is_good else 1


def _lines(findings: TokenReport) -> list[str]:
    if findings.is_valid is None:
        lines = ["It is unknown whether the token is valid."]
    else:
        lines = ["The token is valid." if findings.is_valid else "The token is not valid."]
    if findings.owner:
        lines.append(f"  whose:    {_named(findings.owner.get('name'), findings.owner.get('id'))}{_app(findings)}")
    if findings.token is not None:
        lines.append(f"  ends:     {ends_in_words(findings)}")
        lines += _scopes(findings.scopes)
    lines.append(f"  version:  {_version(findings.version_facts())}")
    if findings.needed is not None:
        lines += _needs(findings, findings.needed)
    for warning in findings.warnings:
        lines.append(f"  warning:  {warning}")
    for what, fix in findings.not_learned:
        lines += [f"  unknown:  {what}", f"            {fix}"]
    for what, fix in findings.problems:
        lines += [f"  problem:  {what}", f"  fix:      {fix}"]
    return lines


def _named(name: Any, identity: Any) -> str:
    return f"{name} ({identity})" if name and identity else str(name or identity or "nobody whom Meta names")


def _app(findings: TokenReport) -> str:
    token = findings.token or {}
    if not (token.get("application") or token.get("app_id")):
        return ""
    return f", through the app {_named(token.get('application'), token.get('app_id'))}"


def _version(version: dict[str, Any]) -> str:
    if version["introduced"] is None:
        return f"{version['version']}, which this release does not know"
    verb = "ended" if version["state"] == "ended" else "ends"
    end = "Meta names no end" if version["ends"] is None else f"{verb} on {version['ends']}"
    return f"{version['version']}, {end}"


def _scopes(scopes: list[str] | None) -> list[str]:
    from ..messenger.rules.permissions import IN_WORDS, SPELLINGS

    if scopes is None:
        return ["  may:      Meta does not say"]
    if not scopes:
        return ["  may:      nothing"]
    width = max(map(len, scopes))
    words = {**IN_WORDS, **{other: IN_WORDS[name] for name, others in SPELLINGS.items() for other in others}}
    shown = [f"{scope:<{width}}  {words.get(scope, '')}".rstrip() for scope in scopes]
    return [f"  {'may:' if index == 0 else '':<10}{line}" for index, line in enumerate(shown)]


def _needs(findings: TokenReport, needed: Needed) -> list[str]:
    shown = []
    for permission, names in needed.permissions.items():
        state = "not known" if findings.scopes is None else "MISSING" if permission in findings.missing else "granted"
        shown.append(f"{permission}: {state} ({', '.join(names)})")
    for feature, names in needed.features.items():
        shown.append(f"the feature {feature}: no token shows it, see App Review ({', '.join(names)})")
    if needed.with_app:
        shown.append(f"the app's own token: app_id and app_secret ({', '.join(needed.with_app)})")
    if needed.with_user:
        shown.append(f"the token of a user of the app: app_id and user_access_token ({', '.join(needed.with_user)})")
    if needed.unknown:
        shown.append(f"what it asks for itself, which nobody can tell here ({', '.join(needed.unknown)})")
    if not shown:
        shown.append("nothing of Meta's")
    if needed.has_functions:
        shown.append("and what its functions do, fn(…): these are not checked")
    return [f"  {'needs:' if index == 0 else '':<10}{line}" for index, line in enumerate(shown)]
