"""What a credential is good for: whose its token is, what it may do, when it ends, and what a job still needs."""

from __future__ import annotations

from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime

from ...core.config import Configuration, read_configuration
from ...core.context import Run
from ...core.errors import AdaptorError
from ...core.operation import Operation
from ...core.values.lazy import Lazy
from ...graph.errors import GraphError, TemporaryFailure, TokenInvalid
from ...graph.graph_request import graph_request
from ...graph.operation import GraphOperation
from ...messenger.page.app import debug_token
from ..execution.start import problem_of
from ..load.credentials import Credentials
from ..load.prepare import prepare
from ..output.logs import JobOutput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

#: An end that is nearer is told as a warning.
SOON_DAYS = 14

_HOW_TO_LEARN = "Put `app_id` and `app_secret` into the credential; both stand in the app's settings."


class Needed:
    """What the operations of a job need.

    Attributes:
        permissions: Permission -> the operations that need it.
        features: What the app has to pass in review -> the operations that need it.
        with_app: The operations that are made with the app's own token.
        unknown: The operations of which nobody knows.
        has_functions: The job has functions of its own, which cannot be looked into.
    """

    def __init__(self) -> None:
        self.permissions: dict[str, list[str]] = {}
        self.features: dict[str, list[str]] = {}
        self.with_app: list[str] = []
        self.unknown: list[str] = []
        self.has_functions = False

    def add(self, operation: Operation) -> None:
        """Take what one operation needs into account."""
        if operation.name == "fn":
            self.has_functions = True
        if not isinstance(operation, GraphOperation):
            return
        need, name = operation.needs(), operation.name
        for wanted, kept in ((need.permissions, self.permissions), (need.features, self.features)):
            for one in wanted:
                _add(kept.setdefault(one, []), name)
        if need.app:
            _add(self.with_app, name)
        if not need.is_known:
            _add(self.unknown, name)


class TokenReport:
    """What came of looking into a credential.

    Attributes:
        is_valid: Whether Meta takes the token; None where that could not be learned.
        owner: `{"id", "name"}` of the Page that the token is for, or None.
        token: What Meta says of the token, or None where it was not asked.
        needed: What the job needs, or None without a job.
        missing: The permissions that the job needs and the token lacks.
        problems: What is wrong: each a sentence and what to do.
        warnings: What will be wrong soon.
        not_learned: What could not be learned, and why.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.is_valid: bool | None = None
        self.owner: dict[str, Any] | None = None
        self.token: dict[str, Any] | None = None
        self.needed: Needed | None = None
        self.missing: list[str] = []
        self.problems: list[tuple[str, str]] = []
        self.warnings: list[str] = []
        self.not_learned: list[tuple[str, str]] = []

    @property
    def scopes(self) -> list[str] | None:
        """The permissions of the token, or None where they are not known."""
        scopes = self.token.get("scopes") if self.token is not None else None
        return [str(scope) for scope in scopes] if isinstance(scopes, list) else None

    @property
    def is_good(self) -> bool:
        """Whether the token is valid and does all that is needed."""
        return self.is_valid is True and not self.problems

    def facts(self) -> dict[str, Any]:
        """Return the findings as JSON."""
        token, needed = self.token or {}, self.needed
        ends = {
            key: None if (end := self.end(key)) is None else end.isoformat()
            for key in ("expires_at", "data_access_expires_at")
        }
        return {
            "good": self.is_good,
            "valid": self.is_valid,
            "page": self.owner,
            "app": {"id": token.get("app_id"), "name": token.get("application")} if self.token is not None else None,
            "type": token.get("type"),
            "scopes": self.scopes,
            **ends,
            "never_expires": None if self.token is None else token.get("expires_at") == 0,
            "needed": None if needed is None else needed.permissions,
            "features": None if needed is None else needed.features,
            "unknown_needs": None if needed is None else needed.unknown,
            "missing": self.missing if needed is not None and self.scopes is not None else None,
            "problems": [{"problem": what, "fix": fix} for what, fix in self.problems],
            "warnings": self.warnings,
            "not_learned": [{"what": what, "fix": fix} for what, fix in self.not_learned],
        }

    def end(self, key: str) -> datetime | None:
        """Return when something ends, or None where it never does or nobody says."""
        seconds = self.token.get(key) if self.token is not None else None
        if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0:
            return None
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, OSError, ValueError):
            return None


def inspect_token(configuration: dict[str, Any], job: str | None, run: Run) -> TokenReport:
    """Ask Meta about a credential, and compare it with what a job needs.

    Args:
        configuration: The credential.
        job: The path of a job script, or None.
        run: The run, not yet entered.

    Returns:
        The findings; what Meta says against the token is among them and not raised.

    Raises:
        ConfigurationError: The credential lacks something or has it wrong. Nothing was asked.
        AdaptorError: The job cannot be loaded. Nothing was asked.
    """
    run.learn_secrets({"configuration": configuration})
    checked = read_configuration(configuration)
    findings = TokenReport(run.started)
    with run:
        if job is not None:
            findings.needed = _needed_by(job, run)
        if _ask_whose(findings, configuration, checked):
            _ask_what(findings, configuration, checked)
    _compare(findings, checked)
    return findings


def operations_in(values: Iterable[Any]) -> Iterator[Operation]:
    """Yield all operations in some values, those inside others too."""
    for value in values:
        if isinstance(value, Operation):
            yield value
            yield from operations_in((*value.args, *value.kwargs.values()))
        elif isinstance(value, Lazy):
            # A list of Meta's may be the source of a loop.
            yield from operations_in(value.__reduce__()[1])
        elif isinstance(value, list | tuple):
            yield from operations_in(value)
        elif isinstance(value, dict):
            yield from operations_in(value.values())


def _needed_by(path: str, run: Run) -> Needed:
    output = JobOutput(run)
    with redirect_stdout(output), redirect_stderr(output):
        prepared = prepare(path, Credentials(is_lenient=True))
        output.close()
    try:
        if prepared.problems:
            problem = problem_of(prepared.problems)
            problem.redact(run.redactor.text)
            raise problem
        needed = Needed()
        for job in prepared.jobs:
            for operation in operations_in(job.operations):
                needed.add(operation)
        return needed
    finally:
        prepared.close()


def _ask_whose(findings: TokenReport, configuration: dict[str, Any], checked: Configuration) -> bool:
    """Ask who the token is for; return whether anybody answered."""
    try:
        owner = graph_request("GET", "me", {"fields": "id,name"})({"configuration": configuration})["data"]
    except TokenInvalid as error:
        findings.is_valid = False
        findings.problems.append((error.headline(), error.fix))
        return True
    except TemporaryFailure as error:
        findings.not_learned.append((f"Anything about the token: {error.headline()}", error.fix))
        return False
    except GraphError as error:
        findings.not_learned.append((f"Whose the token is: {error.headline()}", error.fix))
        return True
    except AdaptorError as error:
        findings.not_learned.append((f"Anything about the token: {error.headline()}", error.fix))
        return False
    findings.is_valid = True
    findings.owner = owner if isinstance(owner, dict) else {}
    found = str(findings.owner.get("id", ""))
    if checked.page_id not in ("me", found):
        findings.problems.append(
            (
                f"The credential's page_id is {checked.page_id}, and the token is for {found}.",
                "Leave page_id out, or get a token of that Page.",
            )
        )
    return True


def _ask_what(findings: TokenReport, configuration: dict[str, Any], checked: Configuration) -> None:
    lacking = " and ".join(f"`{key}`" for key in ("app_id", "app_secret") if not getattr(checked, key))
    if lacking:
        findings.not_learned.append(
            (f"What the token may do and when it ends: the credential has no {lacking}.", _HOW_TO_LEARN)
        )
        return
    try:
        token = debug_token()({"configuration": configuration})["data"]
    except GraphError as error:
        fix = "Check `app_id` and `app_secret`: they are asked for with the app's own token, and it must be the app "
        findings.problems.append(
            (f"What the token may do was not told. {error.headline()}", f"{fix}that the token was made for.")
        )
        return
    except AdaptorError as error:
        findings.not_learned.append((f"What the token may do: {error.headline()}", error.fix))
        return
    findings.token = token if isinstance(token, dict) else {}
    if findings.is_valid is None and findings.token.get("is_valid") is True:
        findings.is_valid = True
    if findings.token.get("is_valid") is False:
        told = findings.token.get("error")
        why = f" {told['message']}" if isinstance(told, dict) and told.get("message") else ""
        if findings.is_valid is not False:
            findings.problems.append((f"Meta says that the token is not valid.{why}", "Get a new Page access token."))
        findings.is_valid = False


def _compare(findings: TokenReport, checked: Configuration) -> None:
    token, needed = findings.token, findings.needed
    if token is not None:
        kind = token.get("type")
        if isinstance(kind, str) and kind.upper() != "PAGE":
            findings.problems.append(
                (
                    f"The token is of the kind {kind}, and a Page's is needed.",
                    "Ask /me/accounts with it for the token of the Page, and put that into the credential.",
                )
            )
        for key, what in (("expires_at", "The token"), ("data_access_expires_at", "Access to people's data")):
            end = findings.end(key)
            days = None if end is None else (end - findings.now).days
            if end is None or days is None or findings.is_valid is False:
                continue
            if days < 0:
                findings.problems.append((f"{what} ended on {end:%Y-%m-%d}.", "Get a new Page access token."))
            elif days <= SOON_DAYS:
                findings.warnings.append(f"{what} ends on {end:%Y-%m-%d}, in {_days(days)}: get a new one before.")
    if needed is None:
        return
    if needed.with_app and not (checked.app_id and checked.app_secret):
        names = ", ".join(needed.with_app)
        findings.problems.append(
            (f"The job makes calls with the app's own token ({names}), which the credential cannot.", _HOW_TO_LEARN)
        )
    if findings.scopes is None:
        return
    findings.missing = [permission for permission in needed.permissions if not _granted(findings, permission)]
    if findings.missing:
        lacks = ", ".join(f"{one} ({', '.join(needed.permissions[one])})" for one in findings.missing)
        findings.problems.append(
            (
                f"The token lacks what the job needs: {lacks}.",
                "Ask for it when the token is made. For people without a role on the app it needs Advanced Access, by "
                "App Review.",
            )
        )


def _granted(findings: TokenReport, permission: str) -> bool:
    if permission not in (findings.scopes or ()):
        return False
    grants = (findings.token or {}).get("granular_scopes")
    page = (findings.owner or {}).get("id")
    for grant in grants if isinstance(grants, list) else ():
        if isinstance(grant, dict) and grant.get("scope") == permission and isinstance(grant.get("target_ids"), list):
            # Without targets it is granted for all Pages.
            return not grant["target_ids"] or page is None or str(page) in map(str, grant["target_ids"])
    return True


def _days(days: int) -> str:
    return "less than a day" if days == 0 else "1 day" if days == 1 else f"{days:,} days"


def _add(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)
