"""The syntax of job scripts: what is wrong without running them, and how they are rewritten.

Every top-level expression becomes a call of `COLLECT`, which adds its value as a step. Every expression statement in a
function becomes a call of `DROPPED`, which refuses an operation: it was built there and would never run. An f-string
becomes a call of `TEXT`, which returns a lazy text where one of its values is a lazy reference.
"""

from __future__ import annotations

import ast

from ...core.run.place import label
from ...core.values.template import TEXT
from ..problems.source_lines import CannotLoad, located
from .names import columns_of, is_of_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from typing import Any

    from ...core.errors import AdaptorError

COLLECT = "__adaptor_step__"
DROPPED = "__adaptor_dropped__"

#: What to do about an error of Python's compiler, by the first word of its message.
#: A part of what Python says -> what to do.
_SYNTAX_FIXES = {
    "'await' outside": "Leave `await` out: operations are performed in order.",
    "'return' outside": "Leave `return` out at the top level: each operation there is a step.",
    "inconsistent use of tabs": "Indent with spaces alone; editors convert tabs.",
    "unexpected indent": "What is not inside a function, a loop or brackets begins in the first column.",
    "expected an indented block": "Indent the lines that belong to the line above by four spaces.",
    "unterminated string literal": "Close the text with the same quote. One of several lines has three quotes at each "
    "end.",
    "non-printable character": "Write a plain space there: this one comes from a web page or a document.",
}

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def parse(source: bytes | str, file: str, known: Collection[str] = ()) -> ast.Module:
    """Parse a job script.

    Args:
        source: The script.
        file: Its file.
        known: The names that a job may use, for scripts that are partly JavaScript.

    Raises:
        CannotLoad: It is not Python; the message points at the place.
        Problems: There are several signs of JavaScript in it.
    """
    try:
        return ast.parse(source, file)
    except SyntaxError as cause:
        from ..problems.problems import raise_for

        if isinstance(source, bytes) and "utf-8" in cause.msg.lower():
            _check_utf8(source, file)
        problems = _of_javascript(source, file, known)
        own = not_python(cause, file)
        if not problems or (own.line or 0) < (problems[0].line or 0):
            problems.insert(0, own)
        raise_for(problems)
        raise own from None
    except (ValueError, LookupError) as cause:
        raise located(CannotLoad(f"The job cannot be read as Python: {cause}."), file, 1, 0) from None
    except (RecursionError, MemoryError):
        raise located(too_deep(), file, 1, 0) from None


def not_python(cause: SyntaxError, file: str) -> CannotLoad:
    """Return the problem with a script that Python does not take."""
    line, start = cause.lineno or 1, (cause.offset or 1) - 1
    end = cause.end_offset - 1 if cause.end_offset and cause.end_lineno == line else None
    fix = next((fix for part, fix in _SYNTAX_FIXES.items() if part in cause.msg), None)
    problem = CannotLoad(f"Syntax error: {cause.msg.rstrip('?')}.", fix=fix)
    return located(problem, file, line, start, end, is_broken=True)


def _check_utf8(source: bytes, file: str) -> None:
    try:
        source.decode()
    except UnicodeDecodeError as cause:
        # Python itself names another line.
        line = source.count(b"\n", 0, cause.start) + 1
        what = f"The script is not UTF-8: it holds the byte {source[cause.start]:#04x}."
        raise located(CannotLoad(what, fix="Save it as UTF-8 in the editor."), file, line) from None


def _of_javascript(source: bytes | str, file: str, known: Collection[str]) -> list[AdaptorError]:
    """Return a problem for each sign of JavaScript in a script that Python cannot parse."""
    from ..hints.javascript import signs
    from ..problems.covered import covered_code

    text = source if isinstance(source, str) else source.decode(errors="replace")
    found: list[AdaptorError] = []
    for sign in signs(text, known):
        begin = text.rfind("\n", 0, sign.start) + 1
        line = text.count("\n", 0, begin) + 1
        problem = CannotLoad(sign.what, fix=covered_code(sign.fix))
        found.append(located(problem, file, line, sign.start - begin, sign.end - begin, is_broken=True))
    return found


def too_deep() -> CannotLoad:
    """Return the problem with a script that Python cannot take in."""
    return CannotLoad("An expression is too long or nested too deeply for Python.", fix="Divide it into parts.")


def compared_references(tree: ast.Module, file: str) -> Iterator[CannotLoad]:
    """Yield a problem for each `is` with a lazy reference: it cannot be noticed when it runs."""
    if not any(isinstance(node, ast.Name) and node.id == "state" for node in ast.walk(tree)):
        return
    for node, scope in _with_scope(tree):
        if "state" in scope:
            continue
        if isinstance(node, ast.Compare) and any(isinstance(sign, ast.Is | ast.IsNot) for sign in node.ops):
            for side in (node.left, *node.comparators):
                if is_of_state(side):
                    from ..problems.covered import covered_code

                    yield located(
                        CannotLoad(
                            f"`{covered_code(ast.unparse(node))}` compares the lazy reference itself, not its value.",
                            fix=f"Write == or != instead of is: {ast.unparse(side)} == …",
                        ),
                        file,
                        node.lineno,
                        *columns_of(node),
                    )
                    break


def assertions_of_tuples(tree: ast.Module, file: str) -> Iterator[CannotLoad]:
    """Yield a problem for each `assert(condition, "message")`: to Python it asserts a tuple, which always holds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Tuple) and node.test.elts:
            problem = CannotLoad(
                "`assert(…, …)` asserts a tuple, which always holds.", fix="Write assert_(condition, message)."
            )
            yield located(problem, file, node.lineno, *columns_of(node))


def dropped_operations(tree: ast.Module, operations: set[str], file: str) -> Iterator[CannotLoad]:
    """Yield a problem for each operation that a function builds and drops: it would never run."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Expr) and (name := _built(node.value, operations)):
                yield located(dropped(name, function.name), file, node.lineno, *columns_of(node))


def dropped(name: str, function: str | None = None) -> CannotLoad:
    """Return the error for an operation that a function builds and drops."""
    where = f"inside the function `{function}`" if function else "inside a function"
    return CannotLoad(
        f"`{name}(…)` {where} is built and dropped: it would never run.",
        fix=f"Go through a list with each(state.data.rows, {name}(…)) at the top level, or return the operation, "
        f"or perform it: state = {name}(…)(state).",
    )


def _built(value: ast.expr, operations: set[str]) -> str | None:
    """Return the name of the operation that an expression builds, if it is one."""
    if isinstance(value, ast.ListComp | ast.GeneratorExp | ast.SetComp):
        return _built(value.elt, operations)
    if isinstance(value, ast.Call):
        if isinstance(value.func, ast.Name | ast.Attribute) and (name := ast.unparse(value.func)) in operations:
            return name
        if isinstance(value.func, ast.Attribute) and value.func.attr in ("then", "catch"):
            return _built(value.func.value, operations)
    return None


def builds_only(node: ast.stmt, known: set[str]) -> bool:
    """Whether a statement only builds operations, so that running it has no other effect.

    Args:
        node: The statement.
        known: Names of operations and builders.
    """
    if isinstance(node, ast.FunctionDef):
        return not (node.decorator_list or node.args.defaults or node.args.kw_defaults)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return (
            node.value is not None
            and all(isinstance(target, ast.Name) for target in targets)
            and _is_built(node.value, known)
        )
    return isinstance(node, ast.Expr) and _is_built(node.value, known)


#: Builtins without effects.
_COMPUTING = frozenset(
    {"abs", "bool", "dict", "enumerate", "float", "int", "len", "list", "max", "min", "range", "repr", "round", "set"}
    | {"sorted", "str", "sum", "tuple", "zip"}
)


def _is_built(value: ast.expr, known: set[str]) -> bool:
    for inner in _outside_functions(value):
        if isinstance(inner, ast.Call):
            chained = isinstance(inner.func, ast.Attribute) and inner.func.attr in ("then", "catch")
            name = ast.unparse(inner.func)
            if not chained and name not in known and name not in _COMPUTING:
                return False
        elif isinstance(inner, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
            return False
    return True


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if not isinstance(node, ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _outside_functions(child)


def _with_scope(node: ast.AST, scope: frozenset[str] = frozenset()) -> Any:
    """Yield every node with the parameters of the functions around it: there `state` is the real state."""
    if isinstance(node, _FUNCTIONS):
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        scope = scope | {argument.arg for argument in every}
    yield node, scope
    for child in ast.iter_child_nodes(node):
        yield from _with_scope(child, scope)


#: Statements that hold others.
_COMPOUND = (ast.If, ast.Try, ast.TryStar, ast.Match, ast.For, ast.While, ast.With)


def _surroundings(statements: Iterable[ast.AST], around: tuple[str, ...] = ()) -> Iterator[tuple[ast.Expr, Any]]:
    """Yield the expression statements outside functions, each with its label and those of the statements around it."""
    for node in statements:
        if isinstance(node, ast.Expr):
            yield node, (*around, label("", node.lineno, node.col_offset))
        elif isinstance(node, _COMPOUND):
            inside = (*around, label(type(node).__name__.lower(), node.lineno))
            yield from _surroundings(ast.iter_child_nodes(node), inside)
        elif isinstance(node, ast.ExceptHandler | ast.match_case):
            yield from _surroundings(ast.iter_child_nodes(node), around)


class Texts(ast.NodeTransformer):
    """Turns f-strings into calls that see their values."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        """Turn one f-string into a call with its literal parts, and its values each with conversion and format."""
        pieces = [self._piece(part) for part in node.values]
        if all(isinstance(piece, ast.Constant) for piece in pieces):
            text: ast.expr = ast.Constant(
                value="".join(str(piece.value) for piece in pieces if isinstance(piece, ast.Constant))
            )
        else:
            text = ast.Call(func=ast.Name(id=TEXT, ctx=ast.Load()), args=pieces, keywords=[])
        return ast.copy_location(text, node)

    def _piece(self, part: ast.expr) -> ast.expr:
        if not isinstance(part, ast.FormattedValue):
            return part
        conversion = "" if part.conversion == -1 else chr(part.conversion)
        spec = ast.Constant(value="") if part.format_spec is None else self.visit(part.format_spec)
        field = ast.Tuple(elts=[self.visit(part.value), ast.Constant(value=conversion), spec], ctx=ast.Load())
        return ast.copy_location(field, part)


class Collecting(Texts):
    """Turns expression statements into calls that see their values."""

    def __init__(self, tree: ast.Module) -> None:
        self._inside = 0
        self._around = dict(_surroundings(tree.body))

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        """Wrap one expression statement."""
        self.generic_visit(node)
        if isinstance(node.value, ast.Constant | ast.Yield | ast.YieldFrom | ast.Await):
            return node
        name = DROPPED if self._inside else COLLECT
        call = ast.Call(
            func=ast.Name(id=name, ctx=ast.Load()),
            args=[node.value, ast.Constant(value=node.lineno)],
            keywords=[],
        )
        if around := self._around.get(node):
            call.args.append(ast.Constant(value=around))
        return ast.copy_location(ast.Expr(value=ast.copy_location(call, node.value)), node)

    def _visit_inside(self, node: Any) -> Any:
        self._inside += 1
        self.generic_visit(node)
        self._inside -= 1
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = _visit_inside  # noqa: N815
