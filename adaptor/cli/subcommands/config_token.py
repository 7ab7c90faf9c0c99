"""`adaptor config token`: from a person's token to a credential file with the token of a Page."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any

    from ...core.run.context import Run
    from ...runner.checking.page_token import ManagedPage
    from ...runner.load.credential_file import CredentialFile

#: The environment variables for what is not asked on a terminal.
USER_TOKEN, APP_ID, APP_SECRET = "ADAPTOR_USER_TOKEN", "ADAPTOR_APP_ID", "ADAPTOR_APP_SECRET"

STEPS = """\
In the browser, once:
  1. Open https://developers.facebook.com/apps and choose your app, or create
     one for Messenger. App settings → Basic shows the app id and the secret.
  2. Open https://developers.facebook.com/tools/explorer. Choose the app under
     "Meta App", and "User Token" under "User or Page".
  3. Add the permissions pages_show_list, pages_messaging,
     pages_manage_metadata and pages_read_engagement; for utility templates
     pages_utility_messaging, for a Page of a business portfolio
     business_management.
  4. Press "Generate Access Token", log in, and choose the Page in the dialog.
  5. Copy the token. It is valid for an hour or two; this command exchanges it
     for a token of the Page that does not end.
"""

_EXAMPLES = f"""\
examples:
  adaptor config token                              ask, and write credentials.json
  adaptor config token --replace                    a new token into the same file
  adaptor config token --page "Sunrise Clinic" --app-id 1234 \\
      --user-token-file token.txt --app-secret-file secret.txt

Secrets are asked on the terminal without being shown, or read from files
(- is standard input, one line each) or from the environment: {USER_TOKEN},
{APP_SECRET}. They are never arguments, which other users can see.

exit codes:
  0  the file was written
  1  Meta refused something, or could not be asked; nothing was written
  2  bad input; nothing was written
"""


def add_to(verbs: Any) -> None:
    """Add the command to the commands of `adaptor config`."""
    command = verbs.add_parser(
        "token",
        help="get the token of a Page, and write it to a credential file",
        description="Exchange the token of a person for the token of a Page that they manage, and write a credential "
        "file that only you can read.",
        epilog=f"{STEPS}\n{_EXAMPLES}",
    )
    command.add_argument(
        "-o", "--output", metavar="FILE", default="credentials.json", help="the file; default: credentials.json"
    )
    command.add_argument("--replace", action="store_true", help="change the token in a file that holds one already")
    command.add_argument("--name", metavar="NAME", help="which credential of the file, where it holds several")
    command.add_argument("--page", metavar="PAGE", help="the Page, by its name or id, where there are several")
    command.add_argument("--app-id", metavar="ID", help=f"the app's id; default: ${APP_ID}, or that of the file")
    command.add_argument("--user-token-file", metavar="FILE", help="a file with the person's token; - is stdin")
    command.add_argument("--app-secret-file", metavar="FILE", help="a file with the app's secret; - is stdin")
    command.add_argument(
        "--with-user-token",
        action="store_true",
        help="keep the person's token in the file too, for uploads of template pictures; it ends after 60 days",
    )
    command.add_argument("--base-url", metavar="URL", help="where Graph answers, such as a sandbox; default: Meta")
    command.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Get the token, and write the file."""
    from ...core.errors import AdaptorError, ConfigurationError
    from ...core.run.context import Run
    from ...runner.execution.recording.ledger_location import folders_beside
    from ...runner.load.credential_file import CredentialFile
    from ...runner.output.logs import Levels, Log

    # Nothing is sent to anybody here, whatever is asked.
    run = Run(sink=Log(Levels("info"), stream=sys.stderr), dry_run=True, alone=True)
    asked = False
    try:
        with run:
            target = CredentialFile(options.output, options.name, replaces=options.replace)
            given = _Given(options, target.known)
            configuration = given.configuration(run)
            user_token = given.user_token(run)
            run.folders = folders_beside(None, None, options.output)
            asked = True
            return _get(options, target, configuration, user_token, run)
    except AdaptorError as error:
        error.about_sending = False
        run.log("error", "config", error.report(), error=error.facts())
        return 1 if asked and not isinstance(error, ConfigurationError) else 2


def _get(options: argparse.Namespace, target: CredentialFile, given: dict[str, Any], user_token: str, run: Run) -> int:
    from ...core.errors import InputError
    from ...graph.token_ends import learn
    from ...runner.checking.page_token import PageTokens, check_permissions

    tokens = PageTokens(given, user_token, run)
    tokens.exchange()
    pages = tokens.pages()
    try:
        page = _choose(pages, options.page)
    except InputError as error:
        run.log("error", "config", error.report(), error=error.facts())
        return 2
    facts = tokens.facts(page.token)
    warnings = check_permissions(facts, page)
    made = {"access_token": page.token, "page_id": page.id, **given}
    if options.with_user_token:
        made["user_access_token"] = tokens.long_lived
    target.write(made)
    if options.with_user_token:
        learn(run.folders, tokens.long_lived, {"expires_at": tokens.ends_at}, run.began)
    learn(run.folders, page.token, facts, run.began)
    for warning in warnings:
        run.warn("config", warning)
    _report(options, page, facts, run)
    return 0


def _report(options: argparse.Namespace, page: ManagedPage, facts: dict[str, Any], run: Run) -> None:
    """Say what was written, and what to do next."""
    from shlex import quote

    from ...core.text.harmless import harmless
    from ...graph.versions import DOCUMENTED
    from ...runner.checking.token import TokenReport
    from ...runner.output.files import print_out
    from ..layout.token_warnings import ends_in_words

    report = TokenReport(run.started, DOCUMENTED)
    report.token = facts or None
    file = quote(options.output)
    named = f" --name {quote(options.name)}" if options.name else ""
    lines = [
        f"{options.output} holds the token of the Page {page}. Only you can read the file.",
        f"  ends:  {ends_in_words(report) if facts else 'Meta does not say'}",
        "Next:",
        f"  adaptor config check -c {file}{named}",
        f"  adaptor run JOB.py -c {file} --dry-run",
        "Keep the file out of version control.",
    ]
    print_out(harmless(run.redactor.text("\n".join(lines))) + "\n", sys.stdout)


def _choose(pages: Sequence[ManagedPage], wanted: str | None) -> ManagedPage:
    """Return the Page that is meant: the only one, the one that was given, or the one that somebody chooses."""
    from ...core.errors import InputError
    from ...core.text.harmless import harmless
    from ...runner.checking.page_token import choose_page
    from ...runner.output.terminal import is_terminal

    if wanted is not None:
        return choose_page(pages, wanted)
    if len(pages) == 1:
        return pages[0]
    listed = "\n".join(f"  {number}  {harmless(str(page))}" for number, page in enumerate(pages, start=1))
    if not is_terminal():
        raise InputError(
            f"The person manages {len(pages)} Pages, and none was chosen. Nothing was written.",
            fix=f"Give --page with a name or an id:\n{listed}",
        )
    print(f"The Pages of the person:\n{listed}", file=sys.stderr)
    while True:
        answer = _line("Which one (number, name or id)? ")
        if answer.isdecimal() and 1 <= int(answer) <= len(pages):
            return pages[int(answer) - 1]
        try:
            return choose_page(pages, answer)
        except InputError as error:
            print(harmless(error.description), file=sys.stderr)


class _Given:
    """The app and the person's token: from options, files, the environment, the file itself, or the terminal."""

    def __init__(self, options: argparse.Namespace, known: dict[str, Any]) -> None:
        self._options = options
        self._known = known
        self._has_shown_steps = False

    def configuration(self, run: Run) -> dict[str, Any]:
        """Return the app's id and secret, and the settings of the connection.

        Raises:
            InputError: One of them is missing.
        """
        from ...core.config import schema

        settings = {
            key: self._known[key]
            for key in schema()["properties"]
            if key in self._known and key not in ("access_token", "user_access_token", "page_id")
        }
        if self._options.base_url:
            settings["base_url"] = self._options.base_url
        app_id = self._options.app_id or os.environ.get(APP_ID) or settings.get("app_id")
        settings["app_id"] = app_id or self._ask("The app's id: ", "app id", f"--app-id or {APP_ID}")
        settings["app_secret"] = self._secret("app_secret", run)
        return settings

    def user_token(self, run: Run) -> str:
        """Return the person's token.

        Raises:
            InputError: It is missing, or is badly pasted.
        """
        return self._secret("user_access_token", run)

    def _secret(self, key: str, run: Run) -> str:
        from ...core.errors import InputError
        from ...core.secrets.pasted import trimmed, wrong_in

        is_token = key == "user_access_token"
        file = self._options.user_token_file if is_token else self._options.app_secret_file
        what, variable = ("person's token", USER_TOKEN) if is_token else ("app's secret", APP_SECRET)
        option = "--user-token-file" if is_token else "--app-secret-file"
        given = _line_of(file, what) if file else os.environ.get(variable)
        if not given and not is_token:
            given = self._known.get(key)
        if not given:
            given = self._ask(f"The {what} (not shown): ", what, f"{option} FILE or {variable}", is_secret=True)
        value = trimmed(str(given))
        run.redactor.learn((value,))
        wrong = wrong_in(value, is_token=is_token)
        if wrong is not None:
            raise InputError(f"The {what} {wrong[0]}. Nothing was written.", fix=wrong[1])
        return value

    def _ask(self, prompt: str, what: str, otherwise: str, *, is_secret: bool = False) -> str:
        from ...core.errors import InputError
        from ...runner.output.terminal import is_terminal

        if not is_terminal():
            raise InputError(
                f"The {what} is missing, and there is no terminal to ask for it. Nothing was written.",
                fix=f"Give it with {otherwise}. adaptor config token --help says where to find it.",
            )
        if not self._has_shown_steps:
            print(STEPS, file=sys.stderr)
            self._has_shown_steps = True
        if not is_secret:
            return _line(prompt)
        from getpass import getpass

        try:
            return getpass(prompt, sys.stderr)
        except EOFError:
            raise _ended() from None


def _line_of(file: str, what: str) -> str:
    """Return the first line of a file, or the next line of standard input."""
    from ...core.errors import InputError
    from ...runner.input.source import read_source

    if file == "-":
        line = sys.stdin.readline()
        if not line.strip():
            raise InputError(f"The {what} is missing on standard input. Nothing was written.", fix="Give it on a line.")
        return line
    return read_source(file, f"file with the {what}", is_secret=True).text


def _line(prompt: str) -> str:
    """Ask a question on the terminal."""
    while True:
        print(prompt, end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            raise _ended()
        if line.strip():
            return line.strip()


def _ended() -> Exception:
    from ...core.errors import InputError

    return InputError("The question was not answered. Nothing was written.", fix="Start the command again.")
