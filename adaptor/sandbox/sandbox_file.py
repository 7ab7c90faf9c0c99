"""`sandbox.json`: the description of a sandbox. One error lists every mistake in it, with what to write instead.

    {
      "page": {"id": "102030405060708", "name": "Sunrise Clinic"},
      "people": [
        {"id": "6543210987654321", "first_name": "Ana", "last_name": "Lima", "last_message_hours_ago": 3.5},
        {"id": "6543210987654322", "first_name": "Björk", "last_message_hours_ago": null, "blocked": true}
      ],
      "templates": [
        {"name": "appointment_reminder", "language": "en", "body": "Hello {{1}}, see you on {{2}}.",
         "buttons": [{"type": "POSTBACK", "text": "Confirm"}]}
      ]
    }

Top: `page`, `access_token` (default: a new one each time), `app_secret` (verifies `appsecret_proof`), `require_proof`,
`development` (only people with a `role` can receive messages), `people`, `templates`. Without `people`, any person
exists and wrote a minute ago; with it, all others are unknown.

A person: `id` (the PSID, digits), `first_name`, `last_name`, `last_message_hours_ago` (null: has never written;
absent: a minute ago) or `last_message_at` (ISO 8601 with a time zone), `blocked` (has blocked the Page), `role`
(admin, developer, tester), `away` (does not read on arrival), `private` (the profile cannot be read), and the
profile's `locale`, `timezone`, `gender`, `profile_pic`.

The app: `app` (`id`, `name`), `apps` (other apps of the Page), `default_app` (the id of the one that gets new
conversations; turns routing on), `webhook` (`url`, `verify_token`, `fields`).

Limits and faults: `rate_limits` (true, or figures such as `{"messages_per_second": 300}`), `faults` (`seed`, `rates`,
`script`), `approval` (the status of new message templates), `foreign_ids` (false:
attachments and personas that were not created in the sandbox do not exist).

A template: `name`, `language`, `body`, `header`, `buttons` (`type` POSTBACK or URL, `text`), `status` (default
APPROVED; messages with any other are refused). `{{1}}` or `{{name}}` marks a parameter.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from adaptor.sandbox.checker import Checker, SandboxError
from adaptor.sandbox.faults.faults import Faults, make_fault
from adaptor.sandbox.meta.webhook_fields import FIELDS, MESSAGING
from adaptor.sandbox.request.request_object import is_url
from adaptor.sandbox.rules.rate_limits import NAMES
from adaptor.sandbox.state.objects import PLACEHOLDER, STATUSES, App, Person, UtilityTemplate
from adaptor.sandbox.state.page_state import JUST_NOW

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

_TOP: Final = (
    *("page", "access_token", "app_secret", "require_proof", "development", "people", "templates"),
    *("app", "apps", "default_app", "webhook", "rate_limits", "faults", "approval", "foreign_ids"),
)
_PAGE: Final = ("id", "name")
_TEXTS: Final = ("first_name", "last_name", "locale", "gender", "profile_pic")
_PERSON: Final = (
    "id",
    *_TEXTS,
    "timezone",
    "last_message_hours_ago",
    "last_message_at",
    "blocked",
    "role",
    "away",
    "private",
)
_TEMPLATE: Final = ("name", "language", "body", "header", "buttons", "status")
_ROLES: Final = ("admin", "developer", "tester")
_BUTTON_TYPES: Final = ("POSTBACK", "URL")
# A hundred years: beyond it, a number is a mistake (and a timedelta would overflow).
_MANY_HOURS: Final = 876_000


@dataclass
class Settings:
    """The checked content of a `sandbox.json`."""

    page_id: str | None = None
    page_name: str | None = None
    access_token: str | None = None
    app_secret: str | None = None
    require_proof: bool = False
    development: bool = False
    people: list[Person] | None = None
    templates: list[UtilityTemplate] = field(default_factory=list)
    app_id: str | None = None
    app_name: str | None = None
    apps: list[App] = field(default_factory=list)
    default_app: str | None = None
    webhook: dict[str, Any] | None = None
    rate_limits: dict[str, int] | None = None
    faults: Faults = field(default_factory=Faults)
    approval: str = "APPROVED"
    foreign_ids: bool = True


def read_file(path: str | os.PathLike[str], now: datetime) -> Settings:
    """Read `sandbox.json`.

    Args:
        path: The file.
        now: The time that `last_message_hours_ago` counts back from.

    Raises:
        SandboxError: It cannot be read, is not JSON, or has mistakes.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SandboxError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SandboxError(f"{path}: is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
    try:
        raw = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_number)
    except json.JSONDecodeError as error:
        raise SandboxError(f"{path}, line {error.lineno}, column {error.colno}: not valid JSON: {error.msg}") from error
    except RecursionError as error:
        raise SandboxError(f"{path}: is nested too deeply") from error
    except _NotStrict as error:
        raise SandboxError(f"{path}{_line_of(text, error.token)}: {error}") from error
    except ValueError as error:
        # Python's message is about Python's settings.
        raise SandboxError(f"{path}: holds a number of more than {_MOST_DIGITS:,} digits") from error
    return read_settings(raw, now, str(path))


#: The most digits that Python converts to a number.
_MOST_DIGITS = 4300


class _NotStrict(ValueError):
    """Valid JSON for Python, but with content that would be lost or is not standard."""

    def __init__(self, words: str, token: str) -> None:
        super().__init__(words)
        self.token = token


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _NotStrict(f"the key {key!r} occurs twice in the same object", json.dumps(key, ensure_ascii=False))
        found[key] = value
    return found


def _no_number(name: str) -> NoReturn:
    raise _NotStrict(f"holds {name}, which JSON does not have", name)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _NotStrict(f"holds the number {text[:20]}, which is too large", text)
    return number


def _line_of(text: str, token: str) -> str:
    """Give the line of a token, or both if it is on two; an empty text for more."""
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if token in line]
    if len(lines) not in (1, 2):
        return ""
    return f", line {lines[0]}" if len(lines) == 1 else f", lines {lines[0]} and {lines[1]}"


def read_settings(raw: object, now: datetime, source: str) -> Settings:
    """Check a description and read its settings; `source` names it in errors."""
    reader = _Reader(now)
    settings = reader.top(raw)
    reader.raise_for(source)
    return settings


class _Reader(Checker):
    """Reads a description."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self._now = now

    def top(self, raw: object) -> Settings:
        settings = Settings()
        data = self.fields(raw, "", _TOP)
        if "page" in data:
            page = self.fields(data["page"], "page", _PAGE)
            settings.page_id = self.digits(page["id"], "page.id") if "id" in page else None
            settings.page_name = self.text(page, "name", "page")
        settings.access_token = self.text(data, "access_token", "")
        settings.app_secret = self.text(data, "app_secret", "")
        settings.require_proof = self.flag(data, "require_proof", "")
        settings.development = self.flag(data, "development", "")
        self._people(data, settings)
        if settings.require_proof and settings.app_secret is None and "app_secret" not in data:
            self.add_problem("require_proof", "needs an app_secret to check the proof with")
        self._app(data, settings)
        if data.get("webhook") is not None:
            settings.webhook = self._webhook(data["webhook"])
        settings.rate_limits = self._limits(data.get("rate_limits"))
        if data.get("faults") is not None:
            self._faults(data["faults"], settings.faults)
        settings.approval = self.choice(data, "approval", "", STATUSES) or "APPROVED"
        settings.foreign_ids = "foreign_ids" not in data or self.flag(data, "foreign_ids", "")
        return settings

    def _people(self, data: Mapping[str, Any], settings: Settings) -> None:
        if data.get("people") is not None:
            people = [self._person(item, f"people[{i}]") for i, item in enumerate(self.items(data, "people", ""))]
            self.unique((person.id for person in people), "people", "id")
            settings.people = people
        templates = [
            self._template(item, f"templates[{i}]") for i, item in enumerate(self.items(data, "templates", ""))
        ]
        self.unique((f"{each.name} ({each.language})" for each in templates), "templates", "name and language")
        settings.templates = templates

    def _app(self, data: Mapping[str, Any], settings: Settings) -> None:
        if "app" in data:
            app = self.fields(data["app"], "app", _PAGE)
            settings.app_id = self.digits(app["id"], "app.id") if "id" in app else None
            settings.app_name = self.text(app, "name", "app")
        for index, item in enumerate(self.items(data, "apps", "")):
            where = f"apps[{index}]"
            other = self.fields(item, where, _PAGE)
            name = self.text(other, "name", where, required=True) or ""
            settings.apps.append(App(self.digits(other.get("id"), f"{where}.id"), name))
        if data.get("default_app") is not None:
            settings.default_app = self.digits(data["default_app"], "default_app")

    def _webhook(self, raw: object) -> dict[str, Any]:
        data = self.fields(raw, "webhook", ("url", "verify_token", "fields"))
        url = self.text(data, "url", "webhook", required=True)
        if url is not None and not is_url(url):
            self.add_problem("webhook.url", f'must be an address such as "http://127.0.0.1:8000/webhook", not "{url}"')
        names = self.items(data, "fields", "webhook") or list(MESSAGING)
        for name in names:
            if not isinstance(name, str) or name not in FIELDS:
                close = get_close_matches(str(name), FIELDS, 1)
                self.add_problem(
                    "webhook.fields", f'has no "{name}"' + (f'; did you mean "{close[0]}"?' if close else "")
                )
        return {"url": url, "verify_token": self.text(data, "verify_token", "webhook") or "", "fields": names}

    def _limits(self, raw: object) -> dict[str, int] | None:
        if raw is None or isinstance(raw, bool):
            return {} if raw else None
        figures = self.fields(raw, "rate_limits", NAMES)
        for name, value in figures.items():
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                self.add_problem(f"rate_limits.{name}", "must be a whole number, 1 or more")
        return {str(name): value for name, value in figures.items() if name in NAMES}

    def _faults(self, raw: object, faults: Faults) -> None:
        data = self.fields(raw, "faults", ("seed", "rates", "script"))
        seed = data.get("seed", 0)
        if isinstance(seed, bool) or not isinstance(seed, int):
            self.add_problem("faults.seed", "must be a whole number")
            return
        faults.reseed(seed)
        for index, item in enumerate(self.items(data, "rates", "faults")):
            try:
                details = dict(item)
                share = details.pop("share")
                faults.rate(make_fault(details), share)
            except (TypeError, ValueError, KeyError) as error:
                self.add_problem(f"faults.rates[{index}]", f"is no fault with a share: {error}")
        try:
            faults.script(self.items(data, "script", "faults"))
        except (TypeError, ValueError) as error:
            self.add_problem("faults.script", str(error))

    def _person(self, raw: object, where: str) -> Person:
        if isinstance(raw, Person):
            return raw
        data = self.fields(raw, where, _PERSON)
        if "id" not in data:
            if isinstance(raw, dict):
                self.add_problem(f"{where}.id", 'is missing: write the PSID in digits, such as "6543210987654321"')
            return Person("")
        person = Person(self.digits(data["id"], f"{where}.id"), last_message_at=self._last_message(data, where))
        for key in _TEXTS:
            setattr(person, key, self.text(data, key, where))
        person.blocked, person.away = self.flag(data, "blocked", where), self.flag(data, "away", where)
        person.private = self.flag(data, "private", where)
        person.role = self.choice(data, "role", where, _ROLES)
        zone = data.get("timezone")
        if zone is not None and (isinstance(zone, bool) or not isinstance(zone, (int, float))):
            self.add_problem(f"{where}.timezone", "must be a number: the hours from UTC, such as -3 or 5.5")
        else:
            person.timezone = zone
        return person

    def _last_message(self, data: Mapping[str, Any], where: str) -> datetime | None:
        if "last_message_at" in data and "last_message_hours_ago" in data:
            self.add_problem(f"{where}.last_message_at", "conflicts with last_message_hours_ago: keep one of the two")
            return None
        if "last_message_at" in data:
            value = data["last_message_at"]
            if value is None:
                return None
            try:
                moment = datetime.fromisoformat(value)
                if moment.tzinfo is not None:
                    return moment.astimezone(UTC)
            except (TypeError, ValueError, OverflowError):
                pass
            self.add_problem(
                f"{where}.last_message_at", 'must be a time with its zone, such as "2026-11-20T09:30:00+00:00"'
            )
            return None
        hours = data.get("last_message_hours_ago", JUST_NOW / timedelta(hours=1))
        if hours is None:
            return None
        if isinstance(hours, bool) or not isinstance(hours, (int, float)) or not 0 <= hours <= _MANY_HOURS:
            self.add_problem(
                f"{where}.last_message_hours_ago",
                "must be a number of hours, such as 3.5, or null for somebody who has never written",
            )
            return None
        return self._now - timedelta(hours=hours)

    def _template(self, raw: object, where: str) -> UtilityTemplate:
        if isinstance(raw, UtilityTemplate):
            return raw
        data = self.fields(raw, where, _TEMPLATE)
        texts = {key: self.text(data, key, where, required=True) or "" for key in ("name", "language", "body")}
        header = self.text(data, "header", where)
        for key, text in (("body", texts["body"]), ("header", header or "")):
            self._check_placeholders(text, f"{where}.{key}")
        status = self.choice(data, "status", where, STATUSES) or "APPROVED"
        buttons = []
        for index, item in enumerate(self.items(data, "buttons", where)):
            name = f"{where}.buttons[{index}]"
            button = self.fields(item, name, ("type", "text", "payload", "url"))
            self.choice(button, "type", name, _BUTTON_TYPES, required=True)
            self.text(button, "text", name, required=True)
            # Meta creates no button without these.
            missing = (
                {"payload": button.get("text")} if button.get("type") == "POSTBACK" else {"url": "https://example.org/"}
            )
            buttons.append({**missing, **button})
        places = [*PLACEHOLDER.findall(texts["body"]), *PLACEHOLDER.findall(header or "")]
        form = "POSITIONAL" if all(name.isdigit() for name in places) else "NAMED"
        return UtilityTemplate(
            texts["name"], texts["language"], texts["body"], header, tuple(buttons), status, parameter_format=form
        )

    def _check_placeholders(self, text: str, where: str) -> None:
        names = list(dict.fromkeys(PLACEHOLDER.findall(text)))
        numbers = [int(name) for name in names if name.isdigit()]
        if numbers and len(numbers) != len(names):
            self.add_problem(where, "mixes numbered and named parameters: use one kind")
        elif sorted(numbers) != list(range(1, len(numbers) + 1)):
            self.add_problem(where, "must number its parameters {{1}}, {{2}}, … without a gap")
