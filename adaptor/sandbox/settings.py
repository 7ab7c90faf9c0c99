"""`sandbox.json`: who lives in a sandbox. Every mistake in it is told at once, with what to write instead.

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
`development` (only people with a `role` can be written to), `people`, `templates`. Without `people`, whoever is
written to exists and wrote a minute ago; with it, anybody else is unknown.

A person: `id` (the PSID, digits), `first_name`, `last_name`, `last_message_hours_ago` (null: has never written;
left out: a minute ago) or `last_message_at` (ISO 8601 with a time zone), `blocked` (has blocked the Page), `role`
(admin, developer, tester), and the profile's `locale`, `timezone`, `gender`, `profile_pic`.

A template: `name`, `language`, `body`, `header`, `buttons` (`type` POSTBACK or URL, `text`), `status` (default
APPROVED; any other is refused). `{{1}}` or `{{name}}` marks a parameter.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.utility import PLACEHOLDER, STATUSES, UtilityTemplate
from adaptor.sandbox.world import JUST_NOW, Person

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterable, Mapping

_TOP: Final = ("page", "access_token", "app_secret", "require_proof", "development", "people", "templates")
_PAGE: Final = ("id", "name")
_TEXTS: Final = ("first_name", "last_name", "locale", "gender", "profile_pic")
_PERSON: Final = ("id", *_TEXTS, "timezone", "last_message_hours_ago", "last_message_at", "blocked", "role")
_TEMPLATE: Final = ("name", "language", "body", "header", "buttons", "status")
_ROLES: Final = ("admin", "developer", "tester")
_BUTTON_TYPES: Final = ("POSTBACK", "URL")
# A hundred years: beyond it, a number is a mistake (and a timedelta would overflow).
_MANY_HOURS: Final = 876_000


class SandboxError(Exception):
    """A sandbox cannot be set up as described, or is used before it is started."""


@dataclass
class Settings:
    """What a sandbox starts with."""

    page_id: str | None = None
    page_name: str | None = None
    access_token: str | None = None
    app_secret: str | None = None
    require_proof: bool = False
    development: bool = False
    people: list[Person] | None = None
    templates: list[UtilityTemplate] = field(default_factory=list)


def read_file(path: str | os.PathLike[str], now: datetime) -> Settings:
    """Read `sandbox.json`.

    Args:
        path: Where it lies.
        now: The time that `last_message_hours_ago` counts back from.

    Raises:
        SandboxError: It cannot be read, is not JSON, or something in it is not what it should be.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SandboxError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SandboxError(f"{path}: is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise SandboxError(f"{path}, line {error.lineno}, column {error.colno}: not valid JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise SandboxError(f"{path}: cannot be read as JSON: {error}") from error
    return read_settings(raw, now, str(path))


def read_settings(raw: object, now: datetime, source: str) -> Settings:
    """Check a description and turn it into settings; `source` names it in errors."""
    checker = _Checker(now)
    settings = checker.top(raw)
    if checker.problems:
        if len(checker.problems) == 1:
            raise SandboxError(f"{source}: {checker.problems[0]}")
        lines = "".join(f"\n  {problem}" for problem in checker.problems)
        raise SandboxError(f"{source}: {len(checker.problems)} things to correct:{lines}")
    return settings


class _Checker:
    """Walks through a description and notes everything that is wrong with it."""

    def __init__(self, now: datetime) -> None:
        self.problems: list[str] = []
        self._now = now

    def top(self, raw: object) -> Settings:
        settings = Settings()
        data = self._object(raw, "", _TOP)
        if "page" in data:
            page = self._object(data["page"], "page", _PAGE)
            settings.page_id = self._id(page["id"], "page.id") if "id" in page else None
            settings.page_name = self._text(page, "name", "page")
        settings.access_token = self._text(data, "access_token", "")
        settings.app_secret = self._text(data, "app_secret", "")
        settings.require_proof = self._flag(data, "require_proof", "")
        settings.development = self._flag(data, "development", "")
        if data.get("people") is not None:
            people = [self._person(item, f"people[{i}]") for i, item in enumerate(self._list(data, "people", ""))]
            self._unique((person.id for person in people), "people", "id")
            settings.people = people
        templates = [
            self._template(item, f"templates[{i}]") for i, item in enumerate(self._list(data, "templates", ""))
        ]
        self._unique((f"{each.name} ({each.language})" for each in templates), "templates", "name and language")
        settings.templates = templates
        if settings.require_proof and settings.app_secret is None and "app_secret" not in data:
            self._note("require_proof", "needs an app_secret to check the proof with")
        return settings

    def _person(self, raw: object, where: str) -> Person:
        if isinstance(raw, Person):
            return raw
        data = self._object(raw, where, _PERSON)
        if "id" not in data:
            if isinstance(raw, dict):
                self._note(f"{where}.id", 'is missing: write the PSID in digits, such as "6543210987654321"')
            return Person("")
        person = Person(self._id(data["id"], f"{where}.id"), last_message_at=self._last_message(data, where))
        for key in _TEXTS:
            setattr(person, key, self._text(data, key, where))
        person.blocked = self._flag(data, "blocked", where)
        person.role = self._choice(data, "role", where, _ROLES)
        zone = data.get("timezone")
        if zone is not None and (isinstance(zone, bool) or not isinstance(zone, (int, float))):
            self._note(f"{where}.timezone", "must be a number: the hours from UTC, such as -3 or 5.5")
        else:
            person.timezone = zone
        return person

    def _last_message(self, data: Mapping[str, Any], where: str) -> datetime | None:
        if "last_message_at" in data and "last_message_hours_ago" in data:
            self._note(f"{where}.last_message_at", "stands beside last_message_hours_ago: keep one of the two")
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
            self._note(f"{where}.last_message_at", 'must be a time with its zone, such as "2026-11-20T09:30:00+00:00"')
            return None
        hours = data.get("last_message_hours_ago", JUST_NOW / timedelta(hours=1))
        if hours is None:
            return None
        if isinstance(hours, bool) or not isinstance(hours, (int, float)) or not 0 <= hours <= _MANY_HOURS:
            self._note(
                f"{where}.last_message_hours_ago",
                "must be a number of hours, such as 3.5, or null for somebody who has never written",
            )
            return None
        return self._now - timedelta(hours=hours)

    def _template(self, raw: object, where: str) -> UtilityTemplate:
        if isinstance(raw, UtilityTemplate):
            return raw
        data = self._object(raw, where, _TEMPLATE)
        texts = {key: self._text(data, key, where, required=True) or "" for key in ("name", "language", "body")}
        header = self._text(data, "header", where)
        for key, text in (("body", texts["body"]), ("header", header or "")):
            self._check_placeholders(text, f"{where}.{key}")
        status = self._choice(data, "status", where, STATUSES) or "APPROVED"
        buttons = []
        for index, item in enumerate(self._list(data, "buttons", where)):
            name = f"{where}.buttons[{index}]"
            button = self._object(item, name, ("type", "text", "payload", "url"))
            self._choice(button, "type", name, _BUTTON_TYPES, required=True)
            self._text(button, "text", name, required=True)
            buttons.append(dict(button))
        return UtilityTemplate(texts["name"], texts["language"], texts["body"], header, tuple(buttons), status)

    def _check_placeholders(self, text: str, where: str) -> None:
        names = list(dict.fromkeys(PLACEHOLDER.findall(text)))
        numbers = [int(name) for name in names if name.isdigit()]
        if numbers and len(numbers) != len(names):
            self._note(where, "mixes numbered and named parameters: use one kind")
        elif sorted(numbers) != list(range(1, len(numbers) + 1)):
            self._note(where, "must number its parameters {{1}}, {{2}}, … without a gap")

    def _object(self, raw: object, where: str, keys: Collection[str]) -> Mapping[str, Any]:
        if not isinstance(raw, dict):
            self._note(where, 'must be an object: { "…": … }')
            return {}
        for key in raw:
            if key not in keys:
                close = get_close_matches(str(key), keys, 1)
                hint = f'did you mean "{close[0]}"?' if close else f"known are: {', '.join(keys)}"
                self._note(f"{where}.{key}" if where else str(key), f"is not a known key; {hint}")
        return raw

    def _list(self, data: Mapping[str, Any], key: str, where: str) -> list[Any]:
        value = data.get(key)
        if value is None:
            return []
        if not isinstance(value, (list, tuple)):
            self._note(_join(where, key), "must be a list: [ … ]")
            return []
        return list(value)

    def _id(self, value: object, where: str) -> str:
        text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
        if not (text.isascii() and text.isdigit()):
            self._note(where, f'must be digits, such as "6543210987654321", not {json.dumps(value, default=str)}')
        return text

    def _text(self, data: Mapping[str, Any], key: str, where: str, *, required: bool = False) -> str | None:
        value = data.get(key)
        if value is None:
            if required and data:
                self._note(_join(where, key), "is missing")
            return None
        if not isinstance(value, str) or not value:
            self._note(_join(where, key), f"must be text, not {json.dumps(value, default=str)}")
            return None
        return value

    def _flag(self, data: Mapping[str, Any], key: str, where: str) -> bool:
        value = data.get(key)
        if value is not None and not isinstance(value, bool):
            self._note(_join(where, key), f"must be true or false, not {json.dumps(value, default=str)}")
        return value is True

    def _choice(
        self, data: Mapping[str, Any], key: str, where: str, allowed: Collection[str], *, required: bool = False
    ) -> str | None:
        value = self._text(data, key, where, required=required)
        if value is not None and value not in allowed:
            self._note(_join(where, key), f'must be one of {", ".join(allowed)}, not "{value}"')
            return None
        return value

    def _unique(self, names: Iterable[str], where: str, what: str) -> None:
        seen: set[str] = set()
        for name in names:
            if name and name in seen:
                self._note(where, f"has two with the same {what}: {name}")
            seen.add(name)

    def _note(self, where: str, problem: str) -> None:
        self.problems.append(f"{where}: {problem}" if where else f"the whole file {problem}")


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
