"""What Meta says of a token: its Page, its permissions, when it ends; and what of these a job needs."""

from __future__ import annotations

from datetime import UTC, datetime

from ...core.config import Configuration, read_configuration
from ...core.errors import AdaptorError
from ...core.run.context import Run
from ...graph.answers.errors import GraphError, TemporaryFailure, TokenInvalid
from ...graph.graph_request import graph_request
from ...graph.token_ends import SOON_DAYS, in_days
from ...graph.versions import find_version, version_warning
from ...messenger.page.app import debug_token
from ...messenger.rules.permissions import SPELLINGS
from .needs import Needed, needed_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_NEW_TOKEN = "Put a new Page access token into the credential: adaptor config token --replace gets one."
_HOW_TO_LEARN = "Put `app_id` and `app_secret` into the credential; both are in the app's settings."


class TokenReport:
    """What is known of a token.

    Attributes:
        is_valid: Whether Meta accepts the token; None where Meta did not say.
        owner: `{"id", "name"}` of the Page that the token is for, or None.
        token: The answer of `debug_token`, or None where Meta was not asked.
        api_version: The version of the Graph API that the credential asks for.
        needed: What the job needs, or None without a job.
        missing: The permissions that the job needs and the token lacks.
        problems: What is wrong: each a sentence and what to do.
        warnings: What will be wrong soon.
        not_learned: What Meta did not say, and why.
    """

    def __init__(self, now: datetime, api_version: str) -> None:
        self.now = now
        self.api_version = api_version
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
        """Return the report as JSON."""
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
            "api_version": self.version_facts(),
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

    def version_facts(self) -> dict[str, Any]:
        """Return what is known of the version of the Graph API, as JSON."""
        version = find_version(self.api_version, self.now.date())
        unknown = {"version": self.api_version, "introduced": None, "ends": None, "state": "unknown"}
        return unknown if version is None else version.facts()

    def end(self, key: str) -> datetime | None:
        """Return when something ends, or None where it never does or Meta does not say."""
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
        The report. Where Meta refuses the token, that is in it and not raised.

    Raises:
        ConfigurationError: A key of the credential is missing or wrong. Meta was not asked.
        AdaptorError: The job cannot be loaded. Meta was not asked.
    """
    run.learn_secrets({"configuration": configuration})
    checked = read_configuration(configuration)
    report = TokenReport(run.started, checked.api_version)
    with run:
        if warning := version_warning(checked.api_version, run.started.date()):
            report.warnings.append(warning)
            run.warned.add(warning)
        if job is not None:
            report.needed = needed_by(job, run)
        if _ask_owner(report, configuration, checked):
            _ask_details(report, configuration, checked)
    if report.token is not None:
        _check_token(report, report.token)
    if report.needed is not None:
        _check_needs(report, report.needed, checked)
    return report


def _ask_owner(report: TokenReport, configuration: dict[str, Any], checked: Configuration) -> bool:
    """Ask which Page the token is for; return whether Meta answered."""
    try:
        owner = graph_request("GET", "me", {"fields": "id,name"})({"configuration": configuration})["data"]
    except TokenInvalid as error:
        report.is_valid = False
        report.problems.append((error.headline(), error.fix))
        return True
    except AdaptorError as error:
        has_answered = isinstance(error, GraphError) and not isinstance(error, TemporaryFailure)
        what = "Whose token it is" if has_answered else "Anything about the token"
        report.not_learned.append((f"{what}: {error.headline()}", error.fix))
        return has_answered
    report.is_valid = True
    report.owner = owner if isinstance(owner, dict) else {}
    found = str(report.owner.get("id", ""))
    if checked.page_id not in ("me", found):
        what = f"The credential's page_id is {checked.page_id}, and the token is for {found}."
        report.problems.append((what, "Leave page_id out, or get a token of that Page."))
    return True


def _ask_details(report: TokenReport, configuration: dict[str, Any], checked: Configuration) -> None:
    """Ask what the token may do and when it ends; that takes the app's own token."""
    lacking = " and ".join(f"`{key}`" for key in ("app_id", "app_secret") if not getattr(checked, key))
    if lacking:
        what = f"What the token may do and when it ends: the credential has no {lacking}."
        report.not_learned.append((what, _HOW_TO_LEARN))
        return
    try:
        token = debug_token()({"configuration": configuration})["data"]
    except GraphError as error:
        what = f"Meta did not say what the token may do. {error.headline()}"
        report.problems.append((what, "Check `app_id` and `app_secret`: they must be those of the token's own app."))
        return
    except AdaptorError as error:
        report.not_learned.append((f"What the token may do: {error.headline()}", error.fix))
        return
    report.token = token if isinstance(token, dict) else {}
    is_valid = report.token.get("is_valid")
    if is_valid is False and report.is_valid is not False:
        said = report.token.get("error")
        why = f" {said['message']}" if isinstance(said, dict) and said.get("message") else ""
        report.problems.append((f"Meta says that the token is not valid.{why}", _NEW_TOKEN))
    if is_valid is False or (is_valid is True and report.is_valid is None):
        report.is_valid = is_valid


def _check_token(report: TokenReport, token: dict[str, Any]) -> None:
    """Add to a report what is wrong with a token, or will be soon."""
    kind = token.get("type")
    if isinstance(kind, str) and kind.upper() != "PAGE":
        fix = "Get the token of the Page with it, and put that into the credential: adaptor config token --replace."
        report.problems.append((f"The token is of the kind {kind}, and a Page's is needed.", fix))
    if report.is_valid is False:
        return
    for key, what in (("expires_at", "The token"), ("data_access_expires_at", "Access to people's data")):
        end = report.end(key)
        days = None if end is None else (end - report.now).days
        if end is None or days is None:
            continue
        if days < 0:
            report.problems.append((f"{what} ended on {end:%Y-%m-%d}.", _NEW_TOKEN))
        elif days <= SOON_DAYS:
            new = "adaptor config token --replace gets a new one."
            report.warnings.append(f"{what} ends on {end:%Y-%m-%d}, in {in_days(days)}: {new}")


def _check_needs(report: TokenReport, needed: Needed, checked: Configuration) -> None:
    """Add to a report what a job needs and the credential lacks."""
    if needed.with_app and not (checked.app_id and checked.app_secret):
        names = ", ".join(needed.with_app)
        what = f"The job makes calls with the app's own token ({names}), which the credential cannot."
        report.problems.append((what, _HOW_TO_LEARN))
    if needed.with_user and not (checked.app_id and checked.user_access_token):
        names = ", ".join(needed.with_user)
        what = f"The job makes calls with the token of a user of the app ({names}), which the credential lacks."
        fix = "Put `app_id` and `user_access_token` into it: adaptor config token --replace --with-user-token does so."
        report.problems.append((what, fix))
    if report.scopes is None:
        return
    page = (report.owner or {}).get("id")
    report.missing = [name for name in needed.permissions if not granted(report.token or {}, name, page)]
    if report.missing:
        lacks = ", ".join(f"{one} ({', '.join(needed.permissions[one])})" for one in report.missing)
        fix = (
            "Ask for it when the token is made. For people without a role on the app it needs Advanced Access, by "
            "App Review."
        )
        report.problems.append((f"The token lacks what the job needs: {lacks}.", fix))


def granted(token: Mapping[str, Any], permission: str, page: Any) -> bool:
    """Whether a token has a permission for a Page.

    Args:
        token: What `debug_token` says of it.
        permission: The permission.
        page: The Page's id, or None where it is not known.
    """
    names = (permission, *SPELLINGS.get(permission, ()))
    return any(_granted_as(token, name, page) for name in names)


def _granted_as(token: Mapping[str, Any], permission: str, page: Any) -> bool:
    scopes = token.get("scopes")
    if not isinstance(scopes, list) or permission not in map(str, scopes):
        return False
    grants = token.get("granular_scopes")
    for grant in grants if isinstance(grants, list) else ():
        if isinstance(grant, dict) and grant.get("scope") == permission and isinstance(grant.get("target_ids"), list):
            # Without targets it is granted for all Pages.
            return not grant["target_ids"] or page is None or str(page) in map(str, grant["target_ids"])
    return True
