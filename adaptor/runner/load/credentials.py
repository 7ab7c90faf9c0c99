"""The configuration of a step, merged of the environment, the workflow, the state, a file, and the step itself."""

from __future__ import annotations

import os

from ...core.errors import InputError
from ...core.secrets.pasted import OUR_KEYS, trimmed_value
from ...core.secrets.redact import sounds_secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ...core.secrets.redact import Redactor
    from .workflows.plan import Plan, Step

#: A whole configuration as JSON, or the access token alone.
ENVIRONMENT_JSON = "ADAPTOR_CONFIGURATION"
ENVIRONMENT_TOKEN = "ADAPTOR_ACCESS_TOKEN"

#: Keys that credentials for other systems have: for `http`.
_OF_OTHERS = ("username", "password", "token")

_FIX = 'Write {"access_token": "…"}.'


class Credentials:
    """The configurations that a run was given.

    Attributes:
        path: The file that they were read from.
        sandbox: Replaces the credential of every step, so that a real one stays out of a simulated Messenger.
        is_lenient: Steps may name credentials without a credential map: nothing is sent to Facebook.
    """

    def __init__(
        self,
        common: Mapping[str, Any] | None = None,
        named: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        environment: Mapping[str, Any] | None = None,
        file: str = "the credentials",
        is_lenient: bool = False,
    ) -> None:
        self._environment = dict(environment or {})
        self._is_given = common is not None
        self._common = dict(common or {})
        self._named = None if named is None else dict(named)
        self._file = file
        self.path: str | None = None
        self.sandbox: dict[str, Any] | None = None
        self.is_lenient = is_lenient
        self._of_page: str | None = None

    def for_page(self, page: str) -> Credentials:
        """Return these credentials for the run of an event of a Page.

        Of several configurations the one with this `page_id` is that of all steps which name none.
        """
        named = self._named or {}
        name = next((each for each in named if str(named[each].get("page_id", "")) == page), None)
        if name is None:
            return self
        from copy import copy

        made = copy(self)
        made._of_page = name
        return made

    @property
    def pages(self) -> list[str]:
        """The ids of the Pages that these configurations name, each once."""
        return sorted({str(each["page_id"]) for each in (self._named or {}).values() if each.get("page_id")})

    def problem_with(self, name: str) -> tuple[str, str] | None:
        """Return why no configuration has this name, and what to do; None where one has it."""
        if self._named is None:
            if self.is_lenient:
                return None
            if self._is_given:
                return (
                    f"The credential `{name}` is not known: {self._file} holds one configuration, not a map of them.",
                    f'Write {{"{name}": {{"access_token": "…"}}}} in it.',
                )
            return (
                f"The credential `{name}` is not known: no credential map was given.",
                f'Give one with -c FILE, {{"{name}": {{"access_token": "…"}}}}, or try with --sandbox.',
            )
        if name in self._named:
            return None
        from ..problems.covered import covered_name
        from ..problems.problems import did_you_mean

        known = f"It holds {', '.join(map(covered_name, self._named)) or 'none'}."
        return f"The credential `{name}` is not in {self._file}.", did_you_mean(name, self._named, known)

    def configuration(self, plan: Plan, step: Step, of_state: Any = None) -> dict[str, Any]:
        """Return the configuration of a step.

        It is merged of these, of which the later ones win: the environment, the workflow's `credentials`, the
        configuration in the state, the configuration given for the run, the step's own. A credential for another system
        is not merged with any but the step's own.
        """
        found: dict[str, Any] = {}
        for _, part in self.parts(plan, step, of_state):
            found.update(part)
        if self._of_another_system(step) is not None:
            return trimmed(found)
        if self.sandbox is None:
            self._check_address(plan, step, of_state)
        else:
            for key in ("user_access_token", "app_secret", "page_id"):
                found.pop(key, None)
            found.update(self.sandbox)
        return trimmed(found)

    def where(self, key: str, plan: Plan, step: Step, of_state: Any = None) -> str | None:
        """Return in words where a key of a step's configuration was given, or None where it was not."""
        found = [where for where, part in self.parts(plan, step, of_state) if key in part]
        return found[-1] if found else None

    def _check_address(self, plan: Plan, step: Step, of_state: Any) -> None:
        """Refuse an address that another source gives than the token: a state file could send the token anywhere.

        Raises:
            InputError: Nothing was sent.
        """
        token, address = (self.where(key, plan, step, of_state) for key in ("access_token", "base_url"))
        if token is not None and address is not None and token != address:
            raise InputError(
                f"`base_url` comes from {address}, and the token from {token}.",
                fix=f"Give both in one place: {address} alone must not decide where the token is sent.",
                details={"key": "base_url"},
            )

    def parts(self, plan: Plan, step: Step, of_state: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the parts of a step's configuration, each with its source in words."""
        if (other := self._of_another_system(step)) is not None:
            yield self._of_name(step.credential or ""), other
            yield f"the step `{step.id}` of {plan.file}", step.configuration or {}
            return
        yield _in_environment(), self._environment
        yield f"`credentials` of {plan.file}", plan.credentials
        if isinstance(of_state, dict):
            yield "the state", of_state
        if self._of_page is not None and self._named is not None and step.credential is None:
            yield self._of_name(self._of_page), self._named[self._of_page]
        # Where no step names a credential, the map is one configuration whose values are objects.
        elif self._named is None or not any(each.credential for each in plan.steps.values()):
            yield self._file, self._common
        if step.credential is not None and self._named is not None:
            yield self._of_name(step.credential), self._named.get(step.credential, {})
        yield f"the step `{step.id}` of {plan.file}", step.configuration or {}

    def _of_another_system(self, step: Step) -> Mapping[str, Any] | None:
        """Return the credential that a step names if it is for another system than Facebook, else None.

        Nothing of Facebook's is mixed into it, and no sandbox replaces it: only Messenger is simulated.
        """
        own = (self._named or {}).get(step.credential or "")
        if own is None:
            return None
        # `baseUrl` is OpenFn's key for `http`, and no key of Facebook's.
        is_other = "baseUrl" in own or ("access_token" not in own and any(key in own for key in _OF_OTHERS))
        return own if is_other else None

    def single(self, name: str | None = None) -> dict[str, Any]:
        """Return one configuration, for commands that run no plan.

        Args:
            name: Which of several.

        Raises:
            InputError: There is none of that name, or there are several and no name was given.
        """
        if name is not None:
            if problem := self.problem_with(name):
                raise InputError(problem[0], fix=problem[1])
            return trimmed({**self._environment, **(self._named or {}).get(name, {})})
        if self._named:
            from ..problems.covered import covered_name

            raise InputError(
                f"There are several in {self._file}: {', '.join(map(covered_name, self._named))}.",
                fix="Choose one with --name NAME.",
            )
        return trimmed({**self._environment, **self._common})

    def teach(self, redactor: Redactor, plan: Plan | None = None) -> None:
        """Let a redactor know the secrets of every configuration, those of a plan too."""
        of_plan = [] if plan is None else [plan.credentials, *(step.configuration for step in plan.steps.values())]
        named = map(dict, (self._named or {}).values())
        for configuration in [self._environment, self._common, *named, *of_plan]:
            redactor.learn_credential(configuration)

    def given(self, name: str | None = None) -> list[tuple[str, Mapping[str, Any]]]:
        """Return every configuration as it was given, or one of several, each with its source in words."""
        known = self._named or {}
        named = [(self._of_name(each), known[each]) for each in known if name in (None, each)]
        return [(_in_environment(), self._environment), *(named or [(self._file, self._common)])]

    def _of_name(self, name: str) -> str:
        return f"`{name}` in {self._file}"


def trimmed(configuration: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration without the spaces and line breaks around its secrets and settings."""
    return {key: _plain(key, value) for key, value in configuration.items()}


def _plain(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(name, item) for name, item in value.items()}
    is_text = isinstance(value, str) and (key in OUR_KEYS or sounds_secret(str(key)))
    return trimmed_value(key, value) if is_text else value


def _in_environment() -> str:
    name = ENVIRONMENT_JSON if os.environ.get(ENVIRONMENT_JSON) else ENVIRONMENT_TOKEN
    return f"the environment variable {name}"


def of_environment() -> dict[str, Any]:
    """Return the configuration that the environment holds.

    Raises:
        InputError: `ADAPTOR_CONFIGURATION` is not a JSON object.
    """
    if text := os.environ.get(ENVIRONMENT_JSON):
        from ..input.document import object_in, parse_document
        from ..input.source import Source

        source = Source(ENVIRONMENT_JSON, text, f"environment variable {ENVIRONMENT_JSON}", is_secret=True)
        return object_in(parse_document(source), _FIX)
    token = os.environ.get(ENVIRONMENT_TOKEN)
    return {"access_token": token} if token else {}


def read_credentials(file: str | None, *, is_lenient: bool = False) -> Credentials:
    """Return the credentials of a run: the environment's, and those of a file.

    Args:
        file: A JSON or YAML file with one configuration, or with several by their names.
        is_lenient: Steps may name credentials that were not given.

    Raises:
        InputError: One of them cannot be read, or is not an object. The error shows nothing of it but keys.
    """
    environment = of_environment()
    if file is None:
        return Credentials(environment=environment, is_lenient=is_lenient)
    from ..input.document import read_object

    found = read_object(file, "credentials file", _FIX, is_secret=True)
    known = credentials_of(found, environment=environment, file=f"the credentials file {file}", is_lenient=is_lenient)
    known.path = file
    return known


def credentials_of(
    found: Mapping[str, Any],
    *,
    environment: Mapping[str, Any] | None = None,
    file: str = "the credentials",
    is_lenient: bool = False,
) -> Credentials:
    """Return credentials out of one configuration, or out of a map of several: one that holds only objects."""
    is_map = bool(found) and all(isinstance(value, dict) for value in found.values())
    return Credentials(found, found if is_map else None, environment=environment, file=file, is_lenient=is_lenient)
