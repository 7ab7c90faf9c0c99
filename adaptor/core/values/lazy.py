"""Lazy references: values that are read from the state when an operation runs.

```python
send_text(state.data.psid, f"Hello {state.data.first_name}")
```

Neither argument is a value yet. `state.data.psid` is a `StateReference`; the loader turns the f-string into a
`Template` (see `adaptor.core.values.template`). What needs the value at once (`if`, `len`, calling a method …) raises
`LazyStateError` and says what to write instead.
"""

from __future__ import annotations

import operator

from ..errors import ConditionIsText, JobError, LazyStateError, MissingReference
from ..state import a_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    from ..state import State

#: The heading of these names in `adaptor docs`.
HEADING = "data"

#: Texts that people write for "no". CSV gives text, and every non-empty text counts as true in Python.
NEGATIVE_TEXTS = frozenset({"no", "n", "false", "0", "off"})


class Lazy:
    """A value that is read from the state when an operation runs.

    Comparisons, `&`, `|`, `~`, arithmetic and f-strings build further references.
    """

    __slots__ = ()

    def __resolve__(self, state: State) -> Any:
        """Return the value in this state."""
        raise TypeError(f"{type(self).__name__} does not say how it is read from a state")

    # --- operators that build further references ---

    def __eq__(self, other: object) -> Any:
        return Expression("==", operator.eq, (self, other))

    def __ne__(self, other: object) -> Any:
        return Expression("!=", operator.ne, (self, other))

    def __lt__(self, other: object) -> Any:
        return Expression("<", operator.lt, (self, other))

    def __le__(self, other: object) -> Any:
        return Expression("<=", operator.le, (self, other))

    def __gt__(self, other: object) -> Any:
        return Expression(">", operator.gt, (self, other))

    def __ge__(self, other: object) -> Any:
        return Expression(">=", operator.ge, (self, other))

    def __and__(self, other: object) -> Any:
        return Logic("&", (self, other))

    def __rand__(self, other: object) -> Any:
        return Logic("&", (other, self))

    def __or__(self, other: object) -> Any:
        return Logic("|", (self, other))

    def __ror__(self, other: object) -> Any:
        return Logic("|", (other, self))

    def __invert__(self) -> Any:
        return Logic("~", (self,))

    def __add__(self, other: object) -> Any:
        return Expression("+", operator.add, (self, other))

    def __radd__(self, other: object) -> Any:
        return Expression("+", operator.add, (other, self))

    def __sub__(self, other: object) -> Any:
        return Expression("-", operator.sub, (self, other))

    def __rsub__(self, other: object) -> Any:
        return Expression("-", operator.sub, (other, self))

    def __mul__(self, other: object) -> Any:
        return Expression("*", operator.mul, (self, other))

    def __rmul__(self, other: object) -> Any:
        return Expression("*", operator.mul, (other, self))

    def __truediv__(self, other: object) -> Any:
        return Expression("/", operator.truediv, (self, other))

    def __rtruediv__(self, other: object) -> Any:
        return Expression("/", operator.truediv, (other, self))

    def __floordiv__(self, other: object) -> Any:
        return Expression("//", operator.floordiv, (self, other))

    def __rfloordiv__(self, other: object) -> Any:
        return Expression("//", operator.floordiv, (other, self))

    def __mod__(self, other: object) -> Any:
        return Expression("%", operator.mod, (self, other))

    def __rmod__(self, other: object) -> Any:
        return Expression("%", operator.mod, (other, self))

    def __pow__(self, other: object) -> Any:
        return Expression("**", operator.pow, (self, other))

    def __rpow__(self, other: object) -> Any:
        return Expression("**", operator.pow, (other, self))

    def __neg__(self) -> Any:
        return Expression("-", operator.neg, (self,))

    def __getitem__(self, key: object) -> Any:
        return Item((self, key))

    # --- operations that need the value and are refused ---

    def __str__(self) -> str:
        _refuse(self, "`str` was called on it", _TEXT)

    def __format__(self, spec: str) -> str:
        _refuse(self, "it was put into a text", _TEXT)

    def __bool__(self) -> bool:
        _refuse(
            self,
            "it was used as a condition (`if`, `and`, `or`, `not`, `assert` or a chained comparison)",
            "Write fn_if(condition, operation); join conditions with & and |, negate with ~, "
            "and put each comparison in parentheses: (a == 1) & (b > 2).",
        )

    def __iter__(self) -> Any:
        _refuse(
            self, "it was iterated over, unpacked or turned into a list", "Write each(reference, operation) instead."
        )

    def __contains__(self, item: object) -> bool:
        _refuse(self, "`in` was used on it", "Write a function instead: lambda state: 'x' in state['data']['tags'].")

    def __len__(self) -> int:
        _refuse(self, "`len` was called on it", "Write a function instead: lambda state: len(state['data']['rows']).")

    def __hash__(self) -> int:
        _refuse(self, "it was used as a key of a dict or a member of a set", "Use it as a value, not as a key.")

    def __int__(self) -> int:
        _refuse(self, "`int` was called on it", "Write a function instead: lambda state: int(state['data']['count']).")

    def __float__(self) -> float:
        _refuse(self, "`float` was called on it", "Write a function: lambda state: float(state['data']['price']).")

    def __index__(self) -> int:
        _refuse(self, "it was used as an index or a count", "Write a function: lambda state: rows[state['index']].")

    def __call__(self, *args: object, **kwargs: object) -> Any:
        """Refuse to be called: a reference has no methods."""
        _refuse(
            self,
            "it was called as a function",
            "To change a value write a function instead: lambda state: state['data']['name'].upper().",
        )

    def __setitem__(self, key: object, value: object) -> None:
        _refuse(self, "something was assigned to it", _ASSIGN)

    def __delitem__(self, key: object) -> None:
        _refuse(self, "a part of it was deleted", _ASSIGN)


_TEXT = (
    'In a script that adaptor runs write an f-string: f"Hello {state.data.name}". Elsewhere write a function, '
    "lambda state: f\"Hello {state['data']['name']}\", or on Python 3.14 a t-string. log(…) shows a value."
)
_ASSIGN = 'Write fn(lambda state: {**state, "data": {**state["data"], "x": 1}}): operations return a new state.'


def _refuse(reference: Lazy, what: str, instead: str) -> NoReturn:
    raise LazyStateError(
        f"`{reference!r}` is a lazy reference: its value is known only when the operation runs, but {what}.",
        fix=instead,
    )


class StateReference(Lazy):
    """`state.a.b`, `state["a"]["b"]`, `state.rows[0]`: a path into the state."""

    __slots__ = ("__steps__",)
    __steps__: tuple[Any, ...]

    def __init__(self, steps: tuple[Any, ...] = ()) -> None:
        object.__setattr__(self, "__steps__", steps)

    def __getattr__(self, name: str) -> Any:
        # `copy`, `pickle` and `inspect` look for such names and must not find them.
        if name.startswith("__"):
            raise AttributeError(name)
        return StateReference((*self.__steps__, name))

    def __getitem__(self, key: object) -> Any:
        if isinstance(key, str | int):
            return StateReference((*self.__steps__, key))
        if isinstance(key, slice) and not any(isinstance(part, Lazy) for part in (key.start, key.stop, key.step)):
            return Item((self, key))
        return super().__getitem__(key)

    def __setattr__(self, name: str, value: object) -> None:
        _refuse(self, "something was assigned to it", _ASSIGN)

    def __delattr__(self, name: str) -> None:
        _refuse(self, "a part of it was deleted", _ASSIGN)

    def __reduce__(self) -> tuple[Any, ...]:
        return StateReference, (self.__steps__,)

    def __repr__(self) -> str:
        return "state" + "".join(_step(step) for step in self.__steps__)

    def __resolve__(self, state: State) -> Any:
        value: Any = state
        try:
            for step in self.__steps__:
                value = value[step]
        except (KeyError, IndexError, TypeError):
            raise self._missing(state) from None
        return value

    def _missing(self, state: State) -> MissingReference:
        value: Any = state
        for depth, step in enumerate(self.__steps__):
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                from .missing import missing_reference

                error = missing_reference(repr(self), repr(StateReference(self.__steps__[:depth])), value, step)
                error.root, error.path = str(self.__steps__[0]), self.__steps__
                return error
        raise AssertionError("the path exists")


def _step(step: str | int) -> str:
    return f".{step}" if isinstance(step, str) and step.isidentifier() else f"[{step!r}]"


class Item(Lazy):
    """`reference[key]` where the reference is an expression or the key is lazy or a slice."""

    __slots__ = ("__operands__",)
    __operands__: tuple[Any, Any]

    def __init__(self, operands: tuple[Any, Any]) -> None:
        self.__operands__ = operands

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Item((self, name))

    def __repr__(self) -> str:
        base, key = self.__operands__
        if isinstance(key, slice):
            parts = ["" if part is None else repr(part) for part in (key.start, key.stop)]
            return f"{base!r}[{':'.join(parts)}{'' if key.step is None else f':{key.step!r}'}]"
        return f"{base!r}[{key!r}]"

    def __reduce__(self) -> tuple[Any, ...]:
        return Item, (self.__operands__,)

    def __resolve__(self, state: State) -> Any:
        base, key = self.__operands__
        value, step = resolve(base, state), resolve(key, state)
        try:
            return value[step]
        except (KeyError, IndexError, TypeError):
            from .missing import missing_reference

            raise missing_reference(repr(self), repr(base), value, step) from None


class Expression(Lazy):
    """An operator applied to operands of which at least one is lazy."""

    __slots__ = ("__function__", "__operands__", "__symbol__")
    __symbol__: str
    __function__: Callable[..., Any]
    __operands__: tuple[Any, ...]

    def __init__(self, symbol: str, function: Callable[..., Any], operands: tuple[Any, ...]) -> None:
        self.__symbol__ = symbol
        self.__function__ = function
        self.__operands__ = operands

    def __repr__(self) -> str:
        return _expression(self.__symbol__, self.__operands__)

    def __reduce__(self) -> tuple[Any, ...]:
        return Expression, (self.__symbol__, self.__function__, self.__operands__)

    def __resolve__(self, state: State) -> Any:
        values = [resolve(operand, state) for operand in self.__operands__]
        try:
            return self.__function__(*values)
        except TypeError:
            kinds = " and ".join(map(a_kind, values))
            raise JobError(
                f"`{self!r}` cannot be evaluated: `{self.__symbol__}` does not work on {kinds}.",
                fix="Values from CSV are text: convert them to numbers in an earlier step, fn(…), or in a function of "
                "the state: lambda state: float(state['data']['hours']) < 24.",
                code="WRONG_KIND",
            ) from None


class Logic(Lazy):
    """A condition: `&`, `|` and `~` of others, or (without a symbol) the truth of one value.

    The right side is evaluated only if it matters.
    """

    __slots__ = ("__operands__", "__symbol__")
    __symbol__: str
    __operands__: tuple[Any, ...]

    def __init__(self, symbol: str, operands: tuple[Any, ...]) -> None:
        self.__symbol__ = symbol
        self.__operands__ = operands

    def __repr__(self) -> str:
        return _expression(self.__symbol__, self.__operands__) if self.__symbol__ else repr(self.__operands__[0])

    def __reduce__(self) -> tuple[Any, ...]:
        return Logic, (self.__symbol__, self.__operands__)

    def __resolve__(self, state: State) -> bool:
        first = truth(self.__operands__[0], state)
        if self.__symbol__ == "~":
            return not first
        if self.__symbol__ == "" or first is (self.__symbol__ == "|"):
            return first
        return truth(self.__operands__[1], state)


def _expression(symbol: str, operands: tuple[Any, ...]) -> str:
    texts = [f"({item!r})" if isinstance(item, Expression | Logic) else repr(item) for item in operands]
    return f"{symbol}{texts[0]}" if len(texts) == 1 else f"{texts[0]} {symbol} {texts[1]}"


def resolve(value: Any, state: State) -> Any:
    """Return the value of a lazy reference in a state; any other value unchanged."""
    return value.__resolve__(state) if isinstance(value, Lazy) else value


def truth(condition: Any, state: State) -> bool:
    """Return whether a condition holds; refuse texts that mean "no" but count as true in Python."""
    if not isinstance(condition, Lazy):
        return bool(condition)
    value = condition.__resolve__(state)
    if isinstance(value, str) and value.strip().lower() in NEGATIVE_TEXTS:
        raise ConditionIsText(
            f"The condition `{condition!r}` is the text {value!r}, which counts as true in Python.",
            fix=f"Compare it: {condition!r} == 'yes'." if isinstance(condition, StateReference) else "Compare it.",
        )
    return bool(value)


#: The state at the time when the operation runs: `state.data.first_name`.
state = StateReference()
