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

A case has a `name` and any of the keys below. Beside `cases` they are defaults for all cases.

job       The job or workflow. Default: the one that the file is named after.
state     The initial state: an object, or the path of a JSON file. `configuration` in it holds no real credential.
now       When the run starts, by the job's `cursor` and the sandbox's clock: ISO text with a time zone. Default: now.
sandbox   The people of the sandbox: an object, or the path of a file. Default: `sandbox.json` beside the job, if any.
calls     Recorded calls to other systems, in order; with a Graph path, those to Meta too, in place of the sandbox.
collections   What the collections hold at first: `{"told": {"6543210987654321": {"day": "2026-11-20"}}}`.
replies   What people answer to the steps that wait for it, in order: a text, `{"payload": "YES", "text": "Yes"}` for a
          tap, or `{"no_reply": true}` where nobody answers in time.
expect    `sent`, `actions`, `requests`, `data`, `state`, `collections`, `waits`, `error`: see
          `adaptor.runner.testing.case_run`.
"""

from __future__ import annotations

import json
import os
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ...common.collections.arguments import checked_collection, checked_key, checked_value
from ...core.errors import AdaptorError, InputError
from ..execution.answers import REPLY_KEYS, reply_facts
from ..input.document import kind_of, object_in, read_document
from ..load.workflows.reader import Reader
from .expectation import MARKS, mark_of
from .find_cases import stem_of

if TYPE_CHECKING:
    from ..input.document import Path

#: The people of the sandbox, where a case does not give them: a file beside the job, as in `adaptor run --sandbox`.
SANDBOX_FILE = "sandbox.json"

_CASE = ("name", "job", "state", "now", "sandbox", "calls", "collections", "replies", "expect")
_COMMON = (*_CASE[1:], "cases")
_CALL = ("request", "response")
_REQUEST = ("method", "url", "path", "query", "body")
_RESPONSE = ("status", "headers", "body", "lost", "unreachable")
EXPECT = ("sent", "actions", "requests", "data", "state", "collections", "waits", "error")
_NO_REPLY = {"no_reply": True}
#: What only a sandbox knows.
_BY_SANDBOX = ("sent", "actions", "requests")
_JOBS = (".py", ".json", ".yaml", ".yml")


class Case:
    """One case.

    Attributes:
        file: Its file.
        name: Its name.
        job: The path of the job.
        state: The initial state.
        now: When the run starts, or None: now.
        sandbox: The people of the sandbox: as in `sandbox.json`, or the path of such a file, or None.
        calls: The recorded calls.
        collections: What the collections hold at first, by name and key.
        replies: What people answer, in order: the facts of each answer; None where nobody answers in time.
        expect: What is expected, or None where the case has no expectation yet.
    """

    def __init__(self, file: str, name: str) -> None:
        self.file = file
        self.name = name
        self.job = ""
        self.state: dict[str, Any] = {}
        self.now: datetime | None = None
        self.sandbox: dict[str, Any] | str | None = None
        self.calls: list[dict[str, Any]] = []
        self.collections: dict[str, dict[str, Any]] = {}
        self.replies: list[dict[str, Any] | None] = []
        self.expect: dict[str, Any] | None = None

    @property
    def records_graph(self) -> bool:
        """Whether Meta's answers are recorded, in place of the sandbox."""
        return any("path" in call["request"] for call in self.calls)


class CaseFile:
    """A file with cases.

    Attributes:
        path: Its path.
        cases: Its cases, in order.
        problems: What is wrong in it, each with its place.

    Raises:
        InputError: It cannot be read.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._document = read_document(path, "file of cases")
        self._raw = object_in(self._document, 'Write {"cases": […]}.')
        self._reader = _CaseReader(self._document)
        self.cases = self._cases()
        # The values beside `cases` are read once for each case: their problems are listed once.
        places = {(str(error), error.line, getattr(error, "column", None)): error for error in self._reader.problems}
        self.problems: list[AdaptorError] = list(places.values())

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

        if re.search(r"^\s*#|\s#\s", self._document.source.text, re.MULTILINE):
            raise InputError(
                f"{self.path} has comments, which --update would lose.", fix="Change the file by hand, or use JSON."
            )
        text: str = yaml.safe_dump(self._raw, allow_unicode=True, sort_keys=False, width=120)
        return text

    def _default_name(self) -> str:
        return stem_of(os.path.basename(self.path))

    def _cases(self) -> list[Case]:
        reader = self._reader
        if "cases" not in self._raw:
            reader.check_keys(self._raw, (), _CASE, "a case")
            return [reader.case({"name": self._default_name(), **self._raw}, {}, (), self._default_name())]
        reader.check_keys(self._raw, (), _COMMON, "a file of cases")
        raw = self._raw["cases"]
        if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
            reader.refuse(("cases",), "`cases` is not a list of objects.", fix='Write "cases": [{"name": "…"}].')
            return []
        common = {key: value for key, value in self._raw.items() if key != "cases"}
        cases = []
        for index, item in enumerate(raw):
            at = ("cases", index)
            reader.check_keys(item, at, _CASE, "a case")
            cases.append(reader.case(item, common, at, self._default_name()))
            if any(case.name == cases[-1].name for case in cases[:-1]):
                fix = "Give it another name: by their names cases are picked and updated."
                reader.refuse((*at, "name"), f"Two cases are called `{cases[-1].name}`.", fix=fix)
        return cases


class _CaseReader(Reader):
    """Reads cases and collects what is wrong with them."""

    def case(self, own: dict[str, Any], common: dict[str, Any], at: Path, default_name: str) -> Case:
        """Read one case.

        Args:
            own: Its own values.
            common: The values beside `cases`, for keys that it does not have.
            at: The keys that lead to it in the file.
            default_name: The name of the job that the file is named after.
        """
        whole = {**common, **own}
        places: dict[str, Path] = {key: (*at, key) if key in own or key not in common else (key,) for key in _CASE}
        if not (self.value(whole, places["name"], str, needed=True, fix=_NAME) or "x").strip():
            self.refuse(places["name"], "`name` is empty.", fix=_NAME)
        case = Case(self.document.file, str(whole.get("name")))
        case.job = self._job(whole, places["job"], default_name)
        case.state = self.object_or_file(whole, places["state"]) or {}
        case.now = self._now(whole, places["now"])
        case.sandbox = self._sandbox(whole, places["sandbox"], case.job)
        case.calls = self._calls(whole, places["calls"])
        case.collections = self._collections(whole, places["collections"])
        case.replies = self._replies(whole, places["replies"])
        case.expect = self._expect(whole, places["expect"], case)
        return case

    def _job(self, holder: dict[str, Any], path: Path, default_name: str) -> str:
        if holder.get("job") is None:
            for ending in _JOBS:
                file = self.beside(f"{default_name}{ending}")
                if os.path.isfile(file):
                    return file
            self.refuse(path, f"`job` is missing, and there is no {default_name}.py.", fix="Name the job.")
            return ""
        job = self.value(holder, path, str)
        if job is not None and not os.path.isfile(self.beside(job)):
            self.refuse(path, f"The job {job} does not exist.", fix="Paths begin at the folder of the file of cases.")
        return "" if job is None else self.beside(job)

    def _now(self, holder: dict[str, Any], path: Path) -> datetime | None:
        given = holder.get("now")
        if given is None:
            return None
        try:
            moment = datetime.fromisoformat(given)
            if moment.tzinfo is not None:
                moment.timestamp()
                return moment
        except (TypeError, ValueError, OverflowError):
            pass
        self.refuse(path, "`now` is not a time with its zone.", fix='Write it such as "2026-11-30T07:00:00Z".')
        return None

    def _sandbox(self, holder: dict[str, Any], path: Path, job: str) -> dict[str, Any] | str | None:
        given = holder.get("sandbox")
        if given is None:
            beside = os.path.join(os.path.dirname(job), SANDBOX_FILE)
            return beside if job and os.path.isfile(beside) else None
        if isinstance(given, str):
            if not os.path.isfile(self.beside(given)):
                self.refuse(path, f"The file {given} does not exist.", fix="Check the path.")
            return self.beside(given)
        if not isinstance(given, dict):
            fix = f"Give an object as in {SANDBOX_FILE}, or the path of such a file."
            self.refuse(path, f"`sandbox` is {kind_of(given)}.", fix=fix)
            return None
        return given

    def _calls(self, holder: dict[str, Any], path: Path) -> list[dict[str, Any]]:
        calls = self.value(holder, path, list) or []
        well_formed = [call for index, call in enumerate(calls) if self._is_call(call, (*path, index))]
        return well_formed if len(well_formed) == len(calls) else []

    def _collections(self, holder: dict[str, Any], path: Path) -> dict[str, dict[str, Any]]:
        given: dict[str, Any] = self.value(holder, path, dict) or {}
        for name, values in given.items():
            if not isinstance(values, dict):
                fix = 'Write {"told": {"6543210987654321": {"day": "2026-11-20"}}}.'
                self.refuse((*path, name), f"The collection is {kind_of(values)}, not values by their keys.", fix=fix)
                return {}
            try:
                checked_collection(name)
                for key, value in values.items():
                    checked_value(value, checked_key(key, is_one=True))
            except AdaptorError as error:
                self.refuse((*path, name), error.description, fix=error.fix, key=True)
                return {}
        return given

    def _replies(self, holder: dict[str, Any], path: Path) -> list[dict[str, Any] | None]:
        found: list[dict[str, Any] | None] = []
        for index, reply in enumerate(self.value(holder, path, list, fix='Write ["Ana", {"no_reply": true}].') or ()):
            at = (*path, index)
            if isinstance(reply, str):
                found.append({"text": reply})
            elif reply == _NO_REPLY:
                found.append(None)
            elif isinstance(reply, dict) and reply and "no_reply" not in reply:
                self.check_keys(reply, at, REPLY_KEYS, "a reply")
                found.append(reply_facts(reply))
            else:
                fix = 'Write a text, {"payload": "YES", "text": "Yes"}, or {"no_reply": true}.'
                self.refuse(at, "This is no reply.", fix=fix)
        return found

    def _is_call(self, call: Any, at: Path) -> bool:
        if not isinstance(call, dict) or not all(isinstance(call.get(key), dict) for key in _CALL):
            self.refuse(at, "This is no recorded call.", fix='Write {"request": {…}, "response": {…}}.')
            return False
        request, response = call["request"], call["response"]
        self.check_keys(call, at, _CALL, "a call")
        self.check_keys(request, (*at, "request"), _REQUEST, "a request")
        self.check_keys(response, (*at, "response"), _RESPONSE, "a response")
        self._check_marks(request, (*at, "request"))
        if sum(isinstance(request.get(key), str) for key in ("url", "path")) != 1:
            fix = "Give one of them: `path` is for a call to the Graph API."
            self.refuse((*at, "request"), "The request needs a `url` or a `path`.", fix=fix)
        status = response.get("status", 200)
        if isinstance(status, bool) or not isinstance(status, int) or not 100 <= status <= 599:
            self.refuse((*at, "response", "status"), "`status` is not an HTTP status.", fix="Write one such as 200.")
        return True

    def _expect(self, holder: dict[str, Any], path: Path, case: Case) -> dict[str, Any] | None:
        expect: dict[str, Any] | None = self.value(holder, path, dict, fix=f"Give any of {', '.join(EXPECT)}.")
        if expect is not None:
            self.check_keys(expect, path, EXPECT, "what can be expected")
            self._check_marks(expect, path)
            for key in _BY_SANDBOX if case.records_graph else ():
                if key in expect:
                    fix = "Take it out: Meta's calls are recorded under `calls`, in place of the sandbox."
                    self.refuse((*path, key), f"`{key}` cannot be expected: there is no sandbox.", fix=fix, key=True)
        return expect

    def _check_marks(self, expected: Any, path: Path) -> None:
        if mark_of(expected) == "$matches":
            try:
                re.compile(expected["$matches"])
            except (re.error, TypeError) as cause:
                self.refuse((*path, "$matches"), f"`$matches` needs a regular expression: {cause}.", fix="Mend it.")
        elif isinstance(expected, dict):
            for key, value in expected.items():
                if key.startswith("$") and mark_of(expected) is None:
                    fix = f"Write one of {', '.join(MARKS)} in an object of its own."
                    self.refuse((*path, key), f"`{key}` has no meaning here.", fix=fix, key=True)
                self._check_marks(value, (*path, key))
        elif isinstance(expected, list):
            for index, value in enumerate(expected):
                self._check_marks(value, (*path, index))


_NAME = "Say in a few words what is expected of the job."
