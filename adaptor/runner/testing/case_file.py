"""Test cases of jobs: files beside them, found, read and checked.

`remind.test.json` holds the cases of `remind.py`:

```json
{
  "now": "2026-11-30T07:00:00Z",
  "state": "state.json",
  "cases": [
    {"name": "Ana is reminded", "expect": {"sent": [{"to": "6543210987654321", "text": "Hello Ana."}]}}
  ]
}
```

A case has a `name` and any of the keys below; beside `cases` they count for all cases that do not say otherwise.

job       The job or workflow. Default: the one that the file is named after.
state     The initial state: an object, or the path of a JSON file. `configuration` in it holds no real credential.
now       When the run starts, by the job's `cursor` and the sandbox's clock: ISO text with a time zone. Default: now.
sandbox   Who lives in the sandbox: an object, or the path of a file. Default: `sandbox.json` beside the job, if any.
calls     Recorded calls to other systems, in order; with a Graph path, those to Meta too, in place of the sandbox.
expect    `sent`, `actions`, `requests`, `data`, `state`, `error`; see `adaptor.runner.testing.case_run`.
"""

from __future__ import annotations

import json
import os
import re
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ...core.errors import InputError
from ..input.files import json_object, utf8_text
from .expectation import mark_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

#: How the names of files with cases end.
ENDINGS = (".test.json", ".test.yaml", ".test.yml")
#: Who lives in the sandbox where a case does not say it: a file beside the job, as in `adaptor run --sandbox`.
SANDBOX_FILE = "sandbox.json"

_CASE = ("name", "job", "state", "now", "sandbox", "calls", "expect")
_CALL = ("request", "response")
_REQUEST = ("method", "url", "path", "query", "body")
_RESPONSE = ("status", "headers", "body", "lost", "unreachable")
EXPECT = ("sent", "actions", "requests", "data", "state", "error")
#: What only a sandbox can tell.
_BY_SANDBOX = ("sent", "actions", "requests")
_JOBS = (".py", ".json", ".yaml", ".yml")


class Case:
    """One case.

    Attributes:
        file: The file in which it stands.
        name: What it is called.
        job: The path of the job.
        state: The initial state.
        now: When the run starts, or None: now.
        sandbox: Who lives in the sandbox: as in `sandbox.json`, or the path of such a file, or None.
        calls: The recorded calls.
        expect: What is expected, or None where nothing is written down yet.
    """

    def __init__(self, file: str, name: str) -> None:
        self.file = file
        self.name = name
        self.job = ""
        self.state: dict[str, Any] = {}
        self.now: datetime | None = None
        self.sandbox: dict[str, Any] | str | None = None
        self.calls: list[dict[str, Any]] = []
        self.expect: dict[str, Any] | None = None

    @property
    def records_graph(self) -> bool:
        """Whether Meta's answers stand in the record, in place of the sandbox."""
        return any("path" in call["request"] for call in self.calls)


class CaseFile:
    """A file with cases.

    Attributes:
        path: Where it lies.
        cases: Its cases, in order.
        problems: What is wrong in it, each with its place.

    Raises:
        InputError: It cannot be read.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[str] = []
        self._raw = _read(path)
        self._common = {key: value for key, value in self._raw.items() if key != "cases"}
        self.cases = self._cases()

    def update(self, expectations: dict[str, Any]) -> str:
        """Return the text of the file with other expectations, by the names of their cases.

        Raises:
            InputError: The file has comments, which would be lost.
        """
        for raw in self._raw.get("cases", [self._raw]):
            if raw.get("name", self._default_name()) in expectations:
                raw["expect"] = expectations[raw.get("name", self._default_name())]
        if self.path.endswith(".json"):
            return json.dumps(self._raw, ensure_ascii=False, indent=2) + "\n"
        import yaml

        with open(self.path, encoding="utf-8") as file:
            if re.search(r"^\s*#|\s#\s", file.read(), re.MULTILINE):
                raise InputError(
                    f"{self.path} has comments, which --update would lose.", fix="Change the file by hand, or use JSON."
                )
        text: str = yaml.safe_dump(self._raw, allow_unicode=True, sort_keys=False, width=120)
        return text

    def _default_name(self) -> str:
        return _stem(os.path.basename(self.path))

    def _cases(self) -> list[Case]:
        if "cases" not in self._raw:
            self._check_keys(self._raw, _CASE, "")
            return [self._case({"name": self._default_name(), **self._raw}, "")]
        self._check_keys(self._raw, (*[key for key in _CASE if key != "name"], "cases"), "")
        raw = self._raw["cases"]
        if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
            self._note("cases", "must be a list of objects")
            return []
        cases = [self._case({**self._common, **item}, f"cases[{index}].") for index, item in enumerate(raw)]
        for index, item in enumerate(raw):
            self._check_keys(item, _CASE, f"cases[{index}].")
        names = [case.name for case in cases]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._note("cases", f"has two cases called {name!r}: names are how cases are picked and updated")
        return cases

    def _case(self, raw: dict[str, Any], place: str) -> Case:
        name = raw.get("name")
        if not isinstance(name, str) or not name.strip():
            self._note(f"{place}name", "must be a text: say what is expected of the job")
        case = Case(self.path, str(name))
        case.job = self._job(raw, place)
        case.state = self._state(raw, place)
        case.now = self._now(raw, place)
        case.sandbox = self._sandbox(raw, place, case.job)
        case.calls = self._calls(raw, place)
        expect = raw.get("expect")
        if expect is not None and not isinstance(expect, dict):
            self._note(f"{place}expect", f"must be an object with any of {', '.join(EXPECT)}")
        elif expect is not None:
            self._check_keys(expect, EXPECT, f"{place}expect.")
            self._check_marks(expect, f"{place}expect")
            case.expect = expect
            if case.records_graph and any(key in expect for key in _BY_SANDBOX):
                self._note(f"{place}expect", f"cannot have {', '.join(_BY_SANDBOX)}: Meta's calls are in the record")
        return case

    def _job(self, raw: dict[str, Any], place: str) -> str:
        given = raw.get("job")
        if given is None:
            for ending in _JOBS:
                path = self._beside(f"{self._default_name()}{ending}")
                if os.path.isfile(path):
                    return path
            self._note(f"{place}job", f"is missing, and there is no {self._default_name()}.py beside the file")
        elif not isinstance(given, str) or not os.path.isfile(self._beside(given)):
            self._note(f"{place}job", f"{given!r} does not exist" if isinstance(given, str) else "must be a path")
        else:
            return self._beside(given)
        return ""

    def _state(self, raw: dict[str, Any], place: str) -> dict[str, Any]:
        given = raw.get("state", {})
        if isinstance(given, str):
            try:
                return _read(self._beside(given))
            except InputError as error:
                self._note(f"{place}state", str(error))
                return {}
        if not isinstance(given, dict):
            self._note(f"{place}state", "must be an object, or the path of a JSON file")
            return {}
        return given

    def _now(self, raw: dict[str, Any], place: str) -> datetime | None:
        given = raw.get("now")
        if given is None:
            return None
        try:
            moment = datetime.fromisoformat(given)
            if moment.tzinfo is not None:
                moment.timestamp()
                return moment
        except (TypeError, ValueError, OverflowError):
            pass
        self._note(f"{place}now", 'must be a time with its zone, such as "2026-11-30T07:00:00Z"')
        return None

    def _sandbox(self, raw: dict[str, Any], place: str, job: str) -> dict[str, Any] | str | None:
        given = raw.get("sandbox")
        if given is None:
            beside = os.path.join(os.path.dirname(job), SANDBOX_FILE)
            return beside if job and os.path.isfile(beside) else None
        if isinstance(given, str):
            if not os.path.isfile(self._beside(given)):
                self._note(f"{place}sandbox", f"{given!r} does not exist")
            return self._beside(given)
        if not isinstance(given, dict):
            self._note(f"{place}sandbox", f"must be an object as in {SANDBOX_FILE}, or the path of such a file")
            return None
        return given

    def _calls(self, raw: dict[str, Any], place: str) -> list[dict[str, Any]]:
        calls = raw.get("calls", [])
        if not isinstance(calls, list):
            self._note(f"{place}calls", "must be a list")
            return []
        for index, call in enumerate(calls):
            where = f"{place}calls[{index}]"
            parts = [call.get(key) for key in _CALL] if isinstance(call, dict) else []
            if not parts or not all(isinstance(part, dict) for part in parts):
                self._note(where, 'must be {"request": {…}, "response": {…}}')
                continue
            self._check_keys(call, _CALL, f"{where}.")
            self._check_keys(call["request"], _REQUEST, f"{where}.request.")
            self._check_keys(call["response"], _RESPONSE, f"{where}.response.")
            self._check_marks(call["request"], f"{where}.request")
            target = [key for key in ("url", "path") if isinstance(call["request"].get(key), str)]
            if len(target) != 1:
                self._note(f"{where}.request", "must have a `url`, or for a call to the Graph API a `path`")
            status = call["response"].get("status", 200)
            if isinstance(status, bool) or not isinstance(status, int) or not 100 <= status <= 599:
                self._note(f"{where}.response.status", "must be an HTTP status such as 200")
        return calls if not self.problems else []

    def _check_keys(self, raw: dict[str, Any], known: Collection[str], place: str) -> None:
        for key in raw:
            if key not in known:
                close = get_close_matches(str(key), known, n=1)
                hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"
                self._note(f"{place}{key}", f"is not a known key; {hint}")

    def _check_marks(self, expected: Any, place: str) -> None:
        if mark_of(expected) == "$matches":
            try:
                re.compile(expected["$matches"])
            except (re.error, TypeError) as cause:
                self._note(place, f"$matches needs a regular expression ({cause})")
        elif isinstance(expected, dict):
            for key, value in expected.items():
                if str(key).startswith("$") and mark_of(expected) is None:
                    self._note(f"{place}.{key}", "must stand alone, and be $exactly, $matches or $any")
                self._check_marks(value, f"{place}.{key}")
        elif isinstance(expected, list):
            for index, value in enumerate(expected):
                self._check_marks(value, f"{place}[{index}]")

    def _beside(self, path: str) -> str:
        return os.path.join(os.path.dirname(self.path), path)

    def _note(self, place: str, problem: str) -> None:
        self.problems.append(f"{self.path}: {place} {problem}" + ("" if problem.endswith("?") else "."))


def find_files(paths: list[str]) -> list[str]:
    """Return the files with cases that lie under these paths: folders, jobs, or such files themselves.

    Raises:
        InputError: A path does not exist, or a job has no cases.
    """
    found: dict[str, None] = {}
    for path in paths:
        if os.path.isdir(path):
            found.update(dict.fromkeys(_walk(path)))
        elif not os.path.exists(path):
            raise InputError(f"{path} does not exist.", fix="Give a folder, a job, or a file with cases.")
        elif path.endswith(ENDINGS):
            found[path] = None
        else:
            beside = [f"{os.path.splitext(path)[0]}{ending}" for ending in ENDINGS]
            cases = [file for file in beside if os.path.isfile(file)]
            if not cases:
                raise InputError(f"There are no cases for {path}.", fix=f"Write them into {beside[0]}.")
            found.update(dict.fromkeys(cases))
    return list(found)


def _walk(folder: str) -> Iterator[str]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        for name in sorted(files):
            if name.endswith(ENDINGS):
                yield os.path.normpath(os.path.join(here, name))


def _stem(name: str) -> str:
    return next(name.removesuffix(ending) for ending in ENDINGS if name.endswith(ending))


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            raw = file.read()
    except OSError as cause:
        raise InputError(f"{path} cannot be read: {cause.strerror}.", fix="Check the path.") from None
    if path.endswith(".json"):
        return json_object(raw, path)
    from ..input.yaml import parse

    value = parse(utf8_text(raw, path), path, "file of cases")
    if not isinstance(value, dict):
        raise InputError(f"{path} is not an object.", fix="Write keys and values; nothing was run.")
    return value
