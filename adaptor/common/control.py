"""Operations that decide what runs: conditions, and one operation made of many."""

from __future__ import annotations

from ..core.errors import JobError, WrongCall
from ..core.execute import in_order, perform_in_order
from ..core.operation import Callback, Condition, Operation, Source, Step, Value, builder_of, state_operation
from ..core.run.context import current_run
from ..core.state import State, a_kind
from ..core.text.number_of import number_of
from ..core.values.lazy import resolve
from .rows.sources import items_of, warn_if_no_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Concatenate, ParamSpec

    P = ParamSpec("P")

#: The heading under which `adaptor docs` shows this module.
HEADING = "control"

#: Keys of the state that have a meaning of their own.
RESERVED = frozenset({"data", "references", "configuration", "response", "errors"})


class _Choosing(Operation):
    """What `fn_if` makes: for a state it comes down to one of its branches."""

    __slots__ = ()
    performs_once = True

    def narrowed(self, state: State) -> Operation | None:
        """Return the branch that is taken, narrowed in turn."""
        condition, chosen, other = (*self.args, self.kwargs.get("else_"))[:3]
        branch = chosen if resolve(condition, state) else other
        return branch.narrowed(state) if isinstance(branch, Operation) else None


def _choosing(function: Callable[Concatenate[State, P], State]) -> Callable[P, Operation]:
    return builder_of(function, _Choosing)


@in_order
def combine(state: State, *operations: Step) -> State:
    """Make one operation of many, for use inside `each` and `fn_if`.

    Args:
        *operations: Performed one after the other; the first that fails stops the chain.

    Returns:
        An operation. The state afterwards is that of the last one.

    Raises:
        WrongCall: Something among the arguments is not an operation.

    Example:
        >>> from adaptor import fn
        >>> combine(fn(lambda s: {**s, "a": 1}), fn(lambda s: {**s, "b": 2}))({})
        {'a': 1, 'b': 2}
    """
    return perform_in_order(state, operations)


@_choosing
def fn_if(state: State, condition: Condition, operation: Step, else_: Step | None = None) -> State:
    """Perform an operation where a condition holds.

    Args:
        condition: A lazy comparison such as `state.data.consented == "yes"` (joined with `&`, `|`, `~`), a function of
            the state, or a plain value. Python's truth decides. A text from the state that means no ("no", "false",
            "0" …) is an error that says to compare it.
        operation: Performed where it holds.
        else_: Performed where it does not; without it the state passes as it is.

    Returns:
        An operation. The state afterwards is that of the operation which was performed.

    Raises:
        ConditionIsText: The condition is a text such as `no`, which Python holds to be true. Nothing was performed.

    Example:
        >>> from adaptor import fn, state
        >>> fn_if(state.data.age >= 18, fn(lambda s: {**s, "adult": True}))({"data": {"age": 20}})["adult"]
        True
    """
    if condition:
        return operation(state)
    return else_(state) if else_ is not None else state


@state_operation
def as_(state: State, key: str, operation: Step) -> State:
    """Perform an operation and keep its result under a key of its own.

    Args:
        key: Where the result goes: `state[key]`.
        operation: What is performed.

    Returns:
        An operation. `state[key]` is the `data` that the operation left; `data` and `references` are what they were
        before.

    Raises:
        WrongCall: The key is no text, or one that has a meaning of its own, such as `data`.

    Example:
        >>> from adaptor import fn
        >>> as_("profile", fn(lambda s: {**s, "data": {"name": "Ana"}}))({"data": 1})
        {'data': 1, 'profile': {'name': 'Ana'}}
    """
    if not isinstance(key, str):
        raise WrongCall(f"as_() takes the name of a key, not {a_kind(key)}.", fix='Write as_("profile", operation).')
    if key in RESERVED:
        raise WrongCall(f"as_() cannot put a result under `{key}`.", fix=f"Not these: {', '.join(sorted(RESERVED))}.")
    after = operation(state)
    kept = {name: value for name, value in after.items() if name not in ("data", "references")}
    before: State = {name: state[name] for name in ("data", "references") if name in state}
    return {**before, **kept, key: after.get("data")}


@state_operation
def group(
    state: State, source: Source, key_path: Value[str], callback: Callback[[State], State] | None = None
) -> State:
    """Group items by one of their values.

    Args:
        source: The items: a list, a lazy reference to one, or a JSONPath such as `$.data.rows[*]`.
        key_path: The key of the value in each item: `clinic`, or `clinic.name` for a value inside, `phones[0]` for an
            item of a list. A key that has this very name comes first.
        callback: Takes the state with the groups and returns the next one.

    Returns:
        An operation. `data` becomes an object with a list of items for each value, as text: None is the group
        `null`, True the group `true`. Items without the key are left out; a warning says how many.

    Raises:
        JobError: The source has no items to go through.

    Example:
        >>> rows = [{"day": "Mo", "n": 1}, {"day": "Tu", "n": 2}, {"day": "Mo", "n": 3}]
        >>> group(rows, "day")({})["data"]
        {'Mo': [{'day': 'Mo', 'n': 1}, {'day': 'Mo', 'n': 3}], 'Tu': [{'day': 'Tu', 'n': 2}]}
    """
    groups: dict[str, list[Any]] = {}
    path = str(key_path)
    steps = path.replace("[", ".").replace("]", "").split(".")
    count, left_out = 0, 0
    for item in items_of(source, state):
        count += 1
        value = _inside(item, (path,) if isinstance(item, dict) and path in item else steps)
        if value is _NOTHING:
            left_out += 1
        else:
            groups.setdefault(value if isinstance(value, str) else _json_key(value), []).append(item)
    warn_if_no_items(state, has_some=count > 0)
    if left_out:
        ending = "has no `{0}` and was left out" if left_out == 1 else "have no `{0}` and were left out"
        what = f"{left_out:,} of {number_of(count, 'items')} {ending.format(key_path)}"
        current_run().warn("job", f"group: {what}")
    grouped = {**state, "data": groups}
    return callback(grouped) if callback is not None else grouped


#: In the place of a value where an item has no such key.
_NOTHING: Any = object()


def _inside(value: Any, steps: Sequence[str]) -> Any:
    from ..core.values.jsonpath import item_named

    for step in steps:
        value = value.get(step, _NOTHING) if isinstance(value, dict) else item_named(value, step, _NOTHING)
    return value


def _json_key(value: Any) -> str:
    import json

    # As JSON writes it, so that true and 1 are not taken for one another.
    return json.dumps(value, ensure_ascii=False)


@state_operation
def assert_(state: State, condition: Condition, message: Value[str | None] = None) -> State:
    """Stop the job where a condition does not hold.

    Args:
        condition: As for `fn_if`.
        message: What the error says. Default: what the condition came to.

    Returns:
        An operation. The state does not change.

    Raises:
        JobError: The condition does not hold; its code is `ASSERTION_FAILED`. Nothing was sent by this operation.

    Example:
        >>> from adaptor import state
        >>> assert_(state.data.count > 0, "there is nothing to send")({"data": {"count": 3}})
        {'data': {'count': 3}}
    """
    if not condition:
        raise JobError(
            str(message) if message else f"assertion statement failed with {condition}",
            fix="Look at the data of the step before.",
            code="ASSERTION_FAILED",
        )
    return state
