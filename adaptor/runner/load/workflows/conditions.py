"""Conditions of edges: Python over the real state, where a path that does not exist is None.

`state.data.count` and `state["data"]["count"]` are the same. A method is found where it is called:
`state.data.name.startswith("A")`. A comparison with a path that does not exist is false, and a warning says so.
"""

from __future__ import annotations

import ast
import builtins
import operator
import re
from itertools import count

from ....core.errors import JobError
from ....core.state import a_kind
from ....core.values.lazy import NEGATIVE_TEXTS
from ...problems.problems import did_you_mean
from ..names import bound_names, is_of_state, read_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any

    from ....core.state import State

ALWAYS = "always"
NEVER = "never"
ON_SUCCESS = "on_job_success"
ON_FAILURE = "on_job_failure"

#: How the conditions that need no state may be written.
_WORDS = {
    ALWAYS: ALWAYS,
    "true": ALWAYS,
    NEVER: NEVER,
    "false": NEVER,
    ON_SUCCESS: ON_SUCCESS,
    "on_upstream_success": ON_SUCCESS,
    ON_FAILURE: ON_FAILURE,
    "on_upstream_fail": ON_FAILURE,
    "on_upstream_failure": ON_FAILURE,
}

_GET, _ITEM, _METHOD, _COMPARE = "__adaptor_get__", "__adaptor_item__", "__adaptor_method__", "__adaptor_compare__"
_NAMES = ("state", "upstream_step_id")
#: No longer condition is shown whole in an error.
_MOST_SHOWN = 200


class ConditionFailed(JobError):
    """The condition of an edge raised: whether the edge is to be taken is not known, so the run stops."""

    code = "CONDITION"


class BadCondition(Exception):
    """A text that is no condition: what is wrong with it, and what was probably meant."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.fix = fix


class Condition:
    """When an edge is taken.

    Attributes:
        text: As it was written.
        kind: `always`, `never`, `on_job_success`, `on_job_failure`, or `expression`.
    """

    def __init__(self, value: str | bool) -> None:
        self.text = value if isinstance(value, str) else ALWAYS if value else NEVER
        plain = self.text.strip()
        self.kind = _WORDS.get(plain, "expression")
        self._code = _compiled(plain) if self.kind == "expression" else None

    @property
    def is_for_failure(self) -> bool:
        """Whether it holds where the step before has failed, and only there."""
        return self.kind == ON_FAILURE

    def holds(self, state: State, upstream: str, *, failed: bool, warn: Callable[[str], object] | None = None) -> bool:
        """Whether the edge is taken after a step.

        Args:
            state: The state after the step, without the configuration.
            upstream: The step's id.
            failed: The step that has just run did not succeed.
            warn: Called with a sentence where the condition is false because a path in it does not exist.

        Raises:
            ConditionFailed: The expression raised, or gave a text such as `no`, which Python holds to be true.
        """
        if self._code is None:
            return {ALWAYS: True, NEVER: False, ON_SUCCESS: not failed, ON_FAILURE: failed}[self.kind]
        judging = _Judging(self.text)
        names = {"state": state, "upstream_step_id": upstream, **judging.names()}
        try:
            result = eval(self._code, {"__builtins__": vars(builtins), **names})
            truth = bool(result)
        except ConditionFailed:
            raise
        except (TypeError, AttributeError) as cause:
            if not judging.missing or "NoneType" not in str(cause):
                raise self._raised(cause) from None
            judging.warnings.append(judging.without_value(self.text, judging.missing[-1]))
            result = truth = False
        except KeyboardInterrupt:
            raise
        except BaseException as cause:
            raise self._raised(cause) from None
        if warn is not None:
            for warning in dict.fromkeys(judging.warnings):
                warn(warning)
        if isinstance(result, str) and result.strip().lower() in NEGATIVE_TEXTS:
            raise ConditionFailed(
                f"The condition `{self.text}` is the text {result!r}, which Python holds to be true.",
                fix=f"Compare it: {self.text} == 'yes'.",
            )
        return truth

    def _raised(self, cause: BaseException) -> ConditionFailed:
        return ConditionFailed(
            f"The condition `{_shortened(self.text)}` raised {type(cause).__name__}: {cause}",
            fix="Look at what the step before leaves: `adaptor run … -O` shows it.",
        )


def _compiled(text: str) -> CodeType:
    try:
        tree = ast.parse(text, "<condition>", "eval")
        _refuse_javascript(tree, text)
        for name in _unknown_names(tree):
            fix = _in_python(text) or did_you_mean(name, [*_NAMES, *dir(builtins)])
            what = f"The condition `{_shortened(text)}` uses the unknown name `{name}`."
            raise BadCondition(what, fix or "Conditions know `state` and `upstream_step_id`.")
        return compile(ast.fix_missing_locations(_Lenient().visit(tree)), "<condition>", "eval")
    except (SyntaxError, ValueError) as cause:
        raise _not_python(text, getattr(cause, "msg", None) or str(cause)) from None
    except (RecursionError, MemoryError):
        what = f"The condition `{_shortened(text)}` is too long or nested too deeply for Python."
        raise BadCondition(what, "Let the step before work it out, and ask for its result.") from None


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def _unknown_names(tree: ast.Expression) -> list[str]:
    known = {*_NAMES, *dir(builtins), *bound_names(tree)}
    return [name for name in read_names(tree) if name not in known]


#: Methods of texts and lists in JavaScript, and the same in Python.
_METHODS = {
    "includes": "`value in {of}`",
    "startsWith": "`{of}.startswith(…)`",
    "endsWith": "`{of}.endswith(…)`",
    "toLowerCase": "`{of}.lower()`",
    "toUpperCase": "`{of}.upper()`",
    "trim": "`{of}.strip()`",
}


def _refuse_javascript(tree: ast.Expression, text: str) -> None:
    """Refuse JavaScript that is valid Python of another meaning, such as `.length`, which would be a key."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not is_of_state(node):
            continue
        of = ast.unparse(node.value)
        if node.attr == "length" and id(node) not in called:
            raise BadCondition(
                f"The condition `{text}` asks for a key `length`, which is how JavaScript asks for a length.",
                _in_python(text) or f"Write `len({of})`; a key of that name is `{of}['length']`.",
            )
        if node.attr in _METHODS and id(node) in called:
            raise BadCondition(
                f"The condition `{text}` calls `.{node.attr}`, which Python does not have.",
                f"Conditions are Python: write {_METHODS[node.attr].format(of=of)}.",
            )


#: Patterns of JavaScript, and the same in Python.
_JAVASCRIPT = (
    (r"\s*&&\s*", " and "),
    (r"\s*\|\|\s*", " or "),
    (r"([=!])==", r"\1="),
    (r"\?\.", "."),
    (r"!(?!=)\s*", "not "),
    (r"\btrue\b", "True"),
    (r"\bfalse\b", "False"),
    (r"\b(?:null|undefined)\b", "None"),
    (r"\bupstreamStepId\b", "upstream_step_id"),
    (r"(state(?:\.\w+)*)\.length\b", r"len(\1)"),
    (r"(?<![=!<>])=(?!=)", "=="),
)


def _in_python(text: str) -> str:
    """Return a question with the condition translated from JavaScript, or nothing where that gives no condition."""
    meant = text.strip().rstrip(";")
    for pattern, replacement in _JAVASCRIPT:
        meant = re.sub(pattern, replacement, meant)
    try:
        tree = ast.parse(meant, "<condition>", "eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return "" if _unknown_names(tree) or meant == text else f"Conditions are Python. Did you mean `{meant}`?"


def _not_python(text: str, message: str) -> BadCondition:
    return BadCondition(
        f"The condition `{_shortened(text)}` is not a Python expression: {message}.",
        _in_python(text) or "Write `state.data.count > 0`, or one of always, on_job_success, on_job_failure.",
    )


class _Lenient(ast.NodeTransformer):
    """Turns attributes and items into lookups that give None where a path does not exist."""

    def __init__(self) -> None:
        self._numbers = count()

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Look a method up where it is called."""
        if isinstance(node.func, ast.Attribute):
            inner = node.func
            node.args = [self.visit(argument) for argument in node.args]
            node.keywords = [self.visit(keyword) for keyword in node.keywords]
            node.func = _call(_METHOD, self.visit(inner.value), ast.Constant(value=inner.attr))
            return node
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Look an attribute up as a key."""
        path = ast.Constant(value=ast.unparse(node))
        self.generic_visit(node)
        return ast.copy_location(_call(_GET, node.value, ast.Constant(value=node.attr), path), node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Look a key up, or a position in a list."""
        path = ast.Constant(value=ast.unparse(node))
        self.generic_visit(node)
        if isinstance(node.slice, ast.Slice):
            parts = [part or ast.Constant(value=None) for part in (node.slice.lower, node.slice.upper, node.slice.step)]
            return ast.copy_location(_call(_ITEM, node.value, _call("slice", *parts), path), node)
        return ast.copy_location(_call(_ITEM, node.value, node.slice, path), node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Pass the operands of a comparison and their texts to `compare`, one pair at a time."""
        pairs: list[ast.expr] = []
        texts: list[ast.expr] = [ast.Constant(value=ast.unparse(side)) for side in (node.left, *node.comparators)]
        left: ast.expr = self.visit(node.left)
        for index, (sign, side) in enumerate(zip(node.ops, node.comparators, strict=True)):
            right, following = self._used_again(self.visit(side), is_last=side is node.comparators[-1])
            name = ast.Constant(value=type(sign).__name__)
            pairs.append(_call(_COMPARE, name, left, right, *texts[index : index + 2]))
            left = following
        whole = pairs[0] if len(pairs) == 1 else ast.BoolOp(op=ast.And(), values=pairs)
        return ast.copy_location(whole, node)

    def _used_again(self, value: ast.expr, *, is_last: bool) -> tuple[ast.expr, ast.expr]:
        """Return an operand in the middle of `a < b < c` as it is worked out, and as it is used once more."""
        name = f"__adaptor_operand_{next(self._numbers)}__"
        kept = value if is_last else ast.NamedExpr(target=ast.Name(id=name, ctx=ast.Store()), value=value)
        return kept, ast.Name(id=name, ctx=ast.Load())


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=list(args), keywords=[])


#: Python's comparisons by the name of their class in a syntax tree: how each is written, and what it does.
_COMPARISONS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "Eq": ("==", operator.eq),
    "NotEq": ("!=", operator.ne),
    "Is": ("is", operator.is_),
    "IsNot": ("is not", operator.is_not),
    "Lt": ("<", operator.lt),
    "LtE": ("<=", operator.le),
    "Gt": (">", operator.gt),
    "GtE": (">=", operator.ge),
    "In": ("in", lambda value, values: value in values),
    "NotIn": ("not in", lambda value, values: value not in values),
}


class _Judging:
    """One evaluation of a condition: it looks paths up, and keeps those that do not exist.

    Attributes:
        missing: The paths that do not exist.
        warnings: Sentences about what cannot be compared.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.missing: list[str] = []
        self.warnings: list[str] = []

    def names(self) -> dict[str, Any]:
        """Return what the compiled condition calls."""
        return {_GET: self.get, _ITEM: self.item, _METHOD: getattr, _COMPARE: self.compare}

    def get(self, value: Any, name: str, path: str) -> Any:
        """Look an attribute up: a key of an object."""
        if value is None or (isinstance(value, dict) and value.get(name) is None):
            self.missing.append(path)
            return None
        return value[name] if isinstance(value, dict) else getattr(value, name)

    def item(self, value: Any, key: Any, path: str) -> Any:
        """Look a key or a position up."""
        try:
            found = None if value is None else value.get(key) if isinstance(value, dict) else value[key]
        except IndexError:
            found = None
        if found is None:
            self.missing.append(path)
        return found

    def compare(self, sign: str, left: Any, right: Any, left_text: str, right_text: str) -> Any:
        """Compare two values; a comparison with a value that does not exist is false.

        Raises:
            ConditionFailed: They are of kinds that cannot be compared.
        """
        symbol, function = _COMPARISONS[sign]
        if symbol in ("is", "is not"):
            return function(left, right)
        if symbol in ("==", "!="):
            self._look_at_kinds(symbol, left, right, left_text, right_text)
            return function(left, right)
        if right is None or (left is None and symbol not in ("in", "not in")):
            absent = right_text if right is None else left_text
            self.warnings.append(self.without_value(f"{left_text} {symbol} {right_text}", absent))
            return False
        try:
            return function(left, right)
        except TypeError:
            meant = _as_numbers(symbol, left, right, left_text, right_text)
            text = left_text if isinstance(left, str) else right_text
            if meant:
                fix = f"`{text}` is text: write `{meant}`."
            elif isinstance(left, str) or isinstance(right, str):
                fix = f"`{text}` is text and not a number: look at what the step before leaves."
            else:
                fix = f"`{left_text}` is {a_kind(left)} and `{right_text}` is {a_kind(right)}: compare values alike."
            raise ConditionFailed(
                f"The condition `{self._text}` cannot be judged: `{symbol}` does not compare {a_kind(left)} with "
                f"{a_kind(right)}.",
                fix=fix,
            ) from None

    def without_value(self, comparison: str, path: str) -> str:
        """Return the sentence about a comparison with a path that does not exist."""
        return f"the condition `{comparison}` is false: `{path}` does not exist or is null."

    def _look_at_kinds(self, symbol: str, left: Any, right: Any, left_text: str, right_text: str) -> None:
        meant = _as_numbers(symbol, left, right, left_text, right_text)
        if meant:
            self.warnings.append(
                f"`{left_text} {symbol} {right_text}` compares text with a number, which are never equal: write "
                f"`{meant}`."
            )


def _as_numbers(symbol: str, left: Any, right: Any, left_text: str, right_text: str) -> str | None:
    """Return how to write the comparison of a text with a number, or None where the text is not a number."""
    for text, number, is_left in ((left, right, True), (right, left, False)):
        if not isinstance(text, str) or isinstance(number, bool) or not isinstance(number, int | float):
            continue
        kind = _number_in(text)
        if kind is not None and is_left:
            return f"{kind}({left_text}) {symbol} {right_text}"
        if kind is not None:
            return f"{left_text} {symbol} {kind}({right_text})"
    return None


def _number_in(text: str) -> str | None:
    """Return which of Python's numbers a text can be turned into: `int`, `float`, or None."""
    for kind in (int, float):
        try:
            kind(text)
        except ValueError:
            continue
        return kind.__name__
    return None
