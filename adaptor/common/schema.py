"""Validation: whether data is what a JSON Schema says, and where it is not."""

from __future__ import annotations

from ..core.errors import JobError, WrongCall
from ..core.operation import Operation, Value, builder_of
from ..core.state import State, a_kind
from ..core.values.jsonpath import compiled
from ..core.values.lazy import Lazy, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Concatenate, ParamSpec

    from jsonschema.protocols import Validator

    from ..core.run.context import Run

    P = ParamSpec("P")

#: The heading under which `adaptor docs` shows this module.
HEADING = "data"

#: The drafts, as their schemas name them under `$schema`, and the library's names for them.
_DRAFTS = {
    "json-schema.org/draft-07/schema": "Draft7Validator",
    "json-schema.org/draft/2019-09/schema": "Draft201909Validator",
    "json-schema.org/draft/2020-12/schema": "Draft202012Validator",
}
_NEWEST = "Draft202012Validator"

#: The message for each keyword. The value itself is left out: it is in `data`, and it may be long or personal.
_WORDS = {
    "type": "must be {0}",
    "enum": "must be one of {0}",
    "const": "must be {0}",
    "minimum": "must be at least {0}",
    "maximum": "must be at most {0}",
    "exclusiveMinimum": "must be more than {0}",
    "exclusiveMaximum": "must be less than {0}",
    "multipleOf": "must be a multiple of {0}",
    "minLength": "must have at least {0} characters",
    "maxLength": "must have at most {0} characters",
    "format": "must be in the format {0} (as Python reads it)",
    "pattern": "must match the pattern {0}",
    "minItems": "must have at least {0} items",
    "maxItems": "must have at most {0} items",
    "uniqueItems": "must not have the same item twice",
    "contains": "must contain items of the kind that `contains` asks for, as many as it asks for",
    "minProperties": "must have at least {0} properties",
    "maxProperties": "must have at most {0} properties",
    "anyOf": "must fit at least one of the schemas",
    "oneOf": "must fit exactly one of the schemas",
    "not": "must not fit the schema under `not`",
    "false": "holds something that the schema does not allow at all",
}
#: Here the library's own words name keys and no values.
_NAMES_KEYS = ("additionalProperties", "unevaluatedProperties", "dependentRequired", "dependencies")

_SCHEMA = "Give a JSON Schema as a dict, a lazy reference to one, or its path in the state: validate('schema', 'data')."
_FETCH = "Fetch the schema in a step before, or load it in the job, and give validate() the object."


class _Missing:
    """Stands for the data where its path does not exist."""

    def __init__(self, path: str) -> None:
        self.path = path


class Validation(Operation):
    """Reads its arguments itself: a text that is written in the job is a path, one from the state is data."""

    __slots__ = ()

    def __init__(
        self,
        build: Callable[..., Operation],
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        super().__init__(build, function, args, kwargs)
        given = self.given()
        # What is wrong in a literal is an error on the line where it is written.
        for value in given.values():
            if isinstance(value, str):
                if "://" in value:
                    raise WrongCall("validate() fetches nothing from the network.", fix=_FETCH)
                compiled(value)
        if not isinstance(given["schema"], str | dict | bool | Lazy):
            raise WrongCall(
                f"`schema` of validate() must be an object or a path, not {a_kind(given['schema'])}.", fix=_SCHEMA
            )

    def given(self) -> dict[str, Any]:
        """Return the arguments by name, with the defaults."""
        positional = dict(zip(("schema", "data"), self.args, strict=False))
        return {"schema": "schema", "data": "data", **positional, **self.kwargs}

    def perform(self, state: State, run: Run) -> State:
        """Do the work, with all paths and lazy arguments resolved."""
        found = {key: _found(value, state) for key, value in self.given().items()}
        result: State = self.function(state, **found)
        return result


def _found(value: Any, state: State) -> Any:
    if not isinstance(value, str):
        return resolve(value, state)
    matches = compiled(value)(state)
    return matches[0] if matches else _Missing(value)


def _validation(function: Callable[Concatenate[State, P], State]) -> Callable[P, Operation]:
    return builder_of(function, Validation)


@_validation
def validate(state: State, schema: Value[Any] = "schema", data: Value[Any] = "data") -> State:
    """Check data against a JSON Schema and keep what is wrong with it; invalid data never fails the job.

    The draft is the one that the schema names under `$schema`: draft-07, 2019-09 or 2020-12 (the default). `format` is
    a remark and is not checked. Nothing is ever fetched: a `$ref` must point into the schema itself.

    Args:
        schema: A schema (an object, or True or False), a lazy reference to one, or a JSONPath in the state. A lazy
            reference that gives text is not taken for a path.
        data: Anything, a lazy reference, or a JSONPath in the state.

    Returns:
        An operation. Where the data is invalid, `{"data", "errors"}` is appended to `validation_errors`; that list is
        there in any case. Each error has `path` and `schema_path` (JSON pointers), `keyword`, `params` and `message`;
        with `anyOf` and `oneOf` also `causes`, the errors of each alternative.

    Raises:
        JobError: There is no schema, it is not valid itself, it names a draft that is not known, or a `$ref` cannot be
            followed. Nothing was sent.

    Example:
        >>> schema = {"type": "object", "properties": {"age": {"type": "integer"}}}
        >>> checked = validate(schema)({"data": {"age": "forty"}})
        >>> [(error["path"], error["message"]) for error in checked["validation_errors"][0]["errors"]]
        [('/age', '/age must be integer')]
    """
    before = state.get("validation_errors")
    if before is None:
        before = []
    elif not isinstance(before, list):
        raise JobError(
            f"`validation_errors` in the state is {a_kind(before)} instead of a list.",
            fix="Give it another name in the step before: validate() keeps its list there.",
            code="WRONG_KIND",
        )
    errors = _errors(_validator(schema), data)
    entry = {"data": None if isinstance(data, _Missing) else data, "errors": errors}
    return {**state, "validation_errors": [*before, entry] if errors else before}


def _validator(schema: Any) -> Validator:
    if isinstance(schema, _Missing):
        raise JobError(
            f"There is no schema: `{schema.path}` does not exist in the state.", fix=_SCHEMA, code="NO_SCHEMA"
        )
    if not isinstance(schema, dict | bool):
        raise JobError(
            f"The schema given to validate() is {a_kind(schema)} instead of an object.", fix=_SCHEMA, code="NO_SCHEMA"
        )
    import jsonschema
    from jsonschema_specifications import REGISTRY

    kind = getattr(jsonschema, _draft(schema))
    try:
        kind.check_schema(schema)
    except jsonschema.SchemaError as cause:
        found = _facts(_deepest(cause))
        unnamed = isinstance(schema, dict) and "$schema" not in schema
        hint = " It names no $schema, so it is read as 2020-12." if unnamed else ""
        raise JobError(
            f"The schema itself is not valid: {found['message']}.",
            fix=f"Correct the schema at {found['path'] or 'its top'}.{hint}",
            code="INVALID_SCHEMA",
        ) from None
    # With a registry of its own the library never asks the network.
    validator: Validator = kind(schema, registry=REGISTRY)
    return validator


def _deepest(error: Any) -> Any:
    """Return the alternative that says most: which words there are, rather than that none of the schemas fits."""
    while error.context:
        error = next((cause for cause in error.context if cause.validator == "enum"), error.context[0])
    return error


def _draft(schema: Any) -> str:
    named = schema.get("$schema") if isinstance(schema, dict) else None
    if named is None:
        return _NEWEST
    name = str(named).strip().removesuffix("#").removeprefix("https://").removeprefix("http://").rstrip("/")
    if name in _DRAFTS:
        return _DRAFTS[name]
    raise JobError(
        f"The schema's $schema is {named!r}, which is not a draft that validate() knows.",
        fix=f"It knows {', '.join(f'https://{draft}' for draft in _DRAFTS)}.",
        code="INVALID_SCHEMA",
    )


def _errors(validator: Validator, data: Any) -> list[dict[str, Any]]:
    import re

    from referencing.exceptions import Unresolvable

    if isinstance(data, _Missing):
        missing = {"path": "", "schema_path": "#", "keyword": "missing", "params": {"path": data.path}}
        return [{**missing, "message": f"`{data.path}` does not exist in the state"}]
    try:
        return [_facts(error) for error in validator.iter_errors(data)]
    except Unresolvable as cause:
        raise JobError(
            f"The schema refers to {cause.ref!r}, which it does not hold.",
            fix="validate() fetches nothing: put that schema under `$defs` and refer to it with `#/$defs/…`.",
            code="UNRESOLVABLE_REFERENCE",
        ) from None
    except re.error as cause:
        raise JobError(
            f"The schema has a pattern that Python cannot read: {cause.pattern!r} ({cause}).",
            fix="Patterns are Python's regular expressions; write [A-Za-z] for \\p{L} and the like.",
            code="INVALID_SCHEMA",
        ) from None
    except RecursionError:
        raise JobError(
            "The schema refers to itself without end, or the data is nested too deeply.",
            fix="Look at the schema's `$ref`.",
            code="INVALID_SCHEMA",
        ) from None


def _facts(error: Any) -> dict[str, Any]:
    """Return an error as a JSON object, without the value that is wrong."""
    path = _pointer(error.absolute_path)
    keyword = "false" if error.validator is None else str(error.validator)
    facts: dict[str, Any] = {
        "path": path,
        "schema_path": f"#{_pointer(error.absolute_schema_path)}",
        "keyword": keyword,
        "params": _params(keyword, error),
        "message": f"{path or 'the data'} {_message(keyword, error)}",
    }
    if error.context:
        facts["causes"] = [_facts(cause) for cause in error.context]
    return facts


def _pointer(steps: Iterable[Any]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _message(keyword: str, error: Any) -> str:
    if keyword in _WORDS:
        return _WORDS[keyword].format(_shown(error.validator_value))
    if keyword == "required":
        return f"must have the property {_missing_property(error)!r}"
    if keyword in _NAMES_KEYS:
        return f"cannot be so: {error.message}"
    return f"does not fit `{keyword}`"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return " or ".join(_shown(item) for item in value)
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _missing_property(error: Any) -> str:
    # The library gives one error for each of them and names it in the message alone.
    for name in error.validator_value:
        if error.message.startswith(f"{name!r} is a required"):
            return str(name)
    return str(error.message)


def _params(keyword: str, error: Any) -> dict[str, Any]:
    if keyword == "required":
        return {"required": _missing_property(error)}
    value = error.validator_value
    # Of keywords that hold further schemas only those with a plain value are worth showing.
    shown = keyword in ("const", "enum", "type") or isinstance(value, str | int | float)
    return {keyword: value} if shown and keyword != "false" else {}
