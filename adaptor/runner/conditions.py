"""Conditions of edges: Python over the real state, where a path that does not exist is None.

`state.data.count` and `state["data"]["count"]` are the same. A method is found where it is called:
`state.data.name.startswith("A")`.
"""

from __future__ import annotations

import ast
import builtins
import re

from ..core.errors import JobError
from ..core.lazy import NEGATIVE_TEXTS
from .problems import did_you_mean
from .syntax import bound_names, read_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

    from ..core.state import State

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

_GET, _ITEM, _METHOD = "__adaptor_get__", "__adaptor_item__", "__adaptor_method__"
_NAMES = ("state", "upstream_step_id")


class ConditionFailed(JobError):
    """The condition of an edge raised: nobody can say which way to go, so the run stops."""

    code = "CONDITION"


class BadCondition(Exception):
    """A condition that cannot be one: what is wrong with it, and what was probably meant."""

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

    def holds(self, state: State, upstream: str, *, failed: bool) -> bool:
        """Whether the edge is taken after a step.

        Args:
            state: The state after the step, without the configuration.
            upstream: The step's id.
            failed: The step that has just run did not succeed.

        Raises:
            ConditionFailed: The expression raised, or gave a text such as `no`, which Python holds to be true.
        """
        if self._code is None:
            return {ALWAYS: True, NEVER: False, ON_SUCCESS: not failed, ON_FAILURE: failed}[self.kind]
        names = {"state": state, "upstream_step_id": upstream, _GET: _get, _ITEM: _item, _METHOD: _method}
        try:
            result = eval(self._code, {"__builtins__": vars(builtins), **names})
            truth = bool(result)
        except Exception as cause:
            error = ConditionFailed(
                f"The condition `{self.text}` raised {type(cause).__name__}: {cause}",
                fix="A path that does not exist is None, which has no size: write `state.data.count and …` before it.",
            )
            raise error from None
        if isinstance(result, str) and result.strip().lower() in NEGATIVE_TEXTS:
            raise ConditionFailed(
                f"The condition `{self.text}` is the text {result!r}, which Python holds to be true.",
                fix=f"Compare it: {self.text} == 'yes'.",
            )
        return truth


def _compiled(text: str) -> CodeType:
    try:
        tree = ast.parse(text, "<condition>", "eval")
    except (SyntaxError, ValueError) as cause:
        raise _not_python(text, getattr(cause, "msg", None) or str(cause)) from None
    known = {*_NAMES, *dir(builtins), *bound_names(tree)}
    for name in read_names(tree):
        if name not in known:
            fix = _in_python(text) or did_you_mean(name, [*_NAMES, *dir(builtins)])
            raise BadCondition(
                f"The condition `{text}` uses the unknown name `{name}`.",
                fix or "Conditions know `state` and `upstream_step_id`.",
            )
    return compile(ast.fix_missing_locations(_Lenient().visit(tree)), "<condition>", "eval")


#: What people who know JavaScript write, and how Python says it.
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
    """Return the question whether a condition was meant that Python understands, or nothing."""
    meant = text.strip().rstrip(";")
    for pattern, replacement in _JAVASCRIPT:
        meant = re.sub(pattern, replacement, meant)
    try:
        tree = ast.parse(meant, "<condition>", "eval")
    except (SyntaxError, ValueError):
        return ""
    unknown = set(read_names(tree)) - {*_NAMES, *dir(builtins), *bound_names(tree)}
    return "" if unknown or meant == text else f"Conditions are Python. Did you mean `{meant}`?"


def _not_python(text: str, message: str) -> BadCondition:
    return BadCondition(
        f"The condition `{text}` is not a Python expression: {message}.",
        _in_python(text) or "Write `state.data.count > 0`, or one of always, on_job_success, on_job_failure.",
    )


class _Lenient(ast.NodeTransformer):
    """Turns attributes and items into lookups that give None where there is nothing."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Let a method be found where it is called."""
        if isinstance(node.func, ast.Attribute):
            inner = node.func
            node.args = [self.visit(argument) for argument in node.args]
            node.keywords = [self.visit(keyword) for keyword in node.keywords]
            node.func = _call(_METHOD, self.visit(inner.value), ast.Constant(value=inner.attr))
            return node
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Look an attribute up as a key."""
        self.generic_visit(node)
        return ast.copy_location(_call(_GET, node.value, ast.Constant(value=node.attr)), node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Look a key up, or a position in a list."""
        self.generic_visit(node)
        if isinstance(node.slice, ast.Slice):
            parts = [part or ast.Constant(value=None) for part in (node.slice.lower, node.slice.upper, node.slice.step)]
            return ast.copy_location(_call(_ITEM, node.value, _call("slice", *parts)), node)
        return ast.copy_location(_call(_ITEM, node.value, node.slice), node)


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=list(args), keywords=[])


def _get(value: Any, name: str) -> Any:
    if value is None:
        return None
    return value.get(name) if isinstance(value, dict) else getattr(value, name)


def _item(value: Any, key: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, dict):
        return value.get(key)
    try:
        return value[key]
    except IndexError:
        return None


def _method(value: Any, name: str) -> Any:
    return getattr(value, name)
