"""The reference: every public name as plain facts, which `adaptor docs` shows to people and tools."""

from __future__ import annotations

import ast
import inspect
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import adaptor

from ...core.errors import SENT_UNKNOWN, AdaptorError
from ...core.values.lazy import Lazy
from .docstring import Docstring

if TYPE_CHECKING:
    from collections.abc import Callable

#: The version of the shape that `facts` gives. It grows when a key is removed or changes its meaning.
VERSION = 1

#: The headings, in the order in which they are shown. Each module states its own.
_ORDER = (
    "control",
    "data",
    "http",
    "collections",
    "send",
    "bulk",
    "content",
    "profile",
    "personas",
    "people",
    "conversations",
    "routing",
    "utility templates",
    "page and app",
    "graph",
)
#: Names that are modules with operations of their own.
_SPACES = ("http", "collections")
_KINDS = {"KEYWORD_ONLY": "keyword", "VAR_POSITIONAL": "rest", "VAR_KEYWORD": "rest"}
#: Annotations as people read them; of `Value[…]` the part in brackets is shown.
_TYPES = {
    "Step": "Operation",
    "Condition": "condition",
    "Source": "list | dict | JSONPath",
    "State": "dict",
    "Callback": "Callable",
}
#: Annotations of arguments that cannot be lazy references.
_NOT_LAZY = ("Step", "Callback", "Callable", "State", "str", "bool", "int")


class DocParameter:
    """One argument of an operation or a builder.

    Attributes:
        name: Its name.
        kind: `positional`, `keyword` or `rest` (any number of them).
        required: Whether it must be given.
        default: Its default.
        type: Its type, as people read it.
        lazy: Whether it may be a lazy reference or a function of the state.
        description: Its description.
    """

    def __init__(self, parameter: inspect.Parameter, module: str, description: str) -> None:
        annotation = "" if parameter.annotation is parameter.empty else str(parameter.annotation)
        self.name = parameter.name
        self.kind = _KINDS.get(parameter.kind.name, "positional")
        self.required = parameter.default is parameter.empty and self.kind != "rest"
        self.default = None if parameter.default is parameter.empty else parameter.default
        self.type, self.lazy = _type_text(annotation, module)
        self.description = description

    def facts(self) -> dict[str, Any]:
        """Return it as JSON."""
        facts = {name: getattr(self, name) for name in ("name", "kind", "required", "default", "type", "lazy")}
        return {**facts, "description": self.description}

    def __str__(self) -> str:
        star = "*" if self.kind == "rest" else ""
        typed = f": {self.type}" if self.type else ""
        return f"{star}{self.name}{typed}" + ("" if self.required or star else f" = {self.default!r}")


class DocEntry:
    """One public name.

    Attributes:
        name: As it is written in a job: `send_text`, `http.get`.
        title: The name in lists; of a method with its dot alone.
        kind: `operation`, `builder` (makes a part of a message), `value` (a function of values, or a reference),
            `method`, `error`, `type` or `module`.
        group: Its heading.
        doc: Its docstring.
        parameters: Its arguments.
        signature: The call with its arguments.
    """

    def __init__(self, name: str, value: Any) -> None:
        home = _home(name)
        self.name = name
        self.value = value
        self.kind = _kind(name, value, home)
        self.title = f".{name.partition('.')[2]}" if self.kind == "method" else name
        self.group = "errors" if self.kind == "error" else sys.modules[f"adaptor.{home}"].HEADING
        self.doc = Docstring(_docstring(value))
        self.parameters: list[DocParameter] = []
        self.signature = name
        if self.kind in ("operation", "builder", "value", "method") and not isinstance(value, Lazy):
            self._read_signature(value)

    def _read_signature(self, value: Callable[..., Any]) -> None:
        signature = inspect.signature(value)
        said = dict(self.doc.args)
        taken = [parameter for parameter in signature.parameters.values() if parameter.name != "self"]
        self.parameters = [
            DocParameter(parameter, value.__module__, said.get(parameter.name, "")) for parameter in taken
        ]
        plain = [parameter.replace(annotation=parameter.empty) for parameter in taken]
        self.signature = f"{self.name.split('.', 1)[-1] if self.kind == 'method' else self.name}" + str(
            signature.replace(parameters=plain, return_annotation=signature.empty)
        )

    def facts(self) -> dict[str, Any]:
        """Return an operation, a builder or a value as JSON."""
        return {
            "name": self.name,
            "kind": self.kind,
            "group": self.group,
            "summary": self.doc.summary,
            "description": self.doc.text,
            "signature": self.signature,
            "parameters": [parameter.facts() for parameter in self.parameters],
            "returns": self.doc.returns,
            "raises": [{"name": name, "description": text} for name, text in self.doc.raises],
            "example": self.doc.example,
            "source": self.doc.sources,
        }

    def error_facts(self) -> dict[str, Any]:
        """Return an error as JSON."""
        return {
            "name": self.name,
            "base": self.value.__base__.__name__,
            "summary": self.doc.summary,
            "description": self.doc.text,
            "about": self.value.about,
            "attributes": [{"name": name, "description": text} for name, text in self.doc.attributes],
            "codes": codes(self.value),
        }

    def words(self) -> str:
        """Return its whole text in lower case, for a search."""
        doc = self.doc
        said = [self.name, self.group, doc.summary, doc.text, doc.returns, *doc.sources]
        said += [part for pair in (*doc.args, *doc.attributes, *doc.raises) for part in pair]
        if self.kind == "error":
            said += [f"{code['code']} {code['subcode'] or ''} {code['fix']}" for code in codes(self.value)]
        return " ".join(said).lower()


def entries() -> list[DocEntry]:
    """Return all public names, by heading and then in alphabetical order."""
    named: dict[str, Any] = {name: getattr(adaptor, name) for name in adaptor.__all__ if name != "__version__"}
    for space in _SPACES:
        inside = getattr(adaptor, space)
        named.update({f"{space}.{name}": getattr(inside, name) for name in inside.__all__})
    named.update({f"Operation.{name}": getattr(adaptor.Operation, name) for name in ("then", "catch")})
    found = [DocEntry(name, value) for name, value in named.items()]
    texts = {entry.name: dict(entry.doc.args) for entry in found}
    for entry in found:
        for parameter in entry.parameters:
            parameter.description = _written_out(parameter.description, parameter.name, texts)
    groups = [*_ORDER, *sorted({entry.group for entry in found} - {*_ORDER, "errors"}), "errors"]
    return sorted(found, key=lambda entry: (groups.index(entry.group), entry.name.rpartition(".")[2].lower()))


def facts(shown: list[DocEntry]) -> dict[str, Any]:
    """Return entries as JSON of a shape that stays: `version` grows when a key goes or changes its meaning.

    ```
    {"version": 1, "adaptor": "1.0.0",
     "operations": [{"name", "kind", "group", "summary", "description", "signature",
                     "parameters": [{"name", "kind", "required", "default", "type", "lazy", "description"}],
                     "returns", "raises": [{"name", "description"}], "example", "source": [address]}],
     "errors": [{"name", "base", "summary", "description", "about", "attributes": [{"name", "description"}],
                 "codes": [{"code", "subcode", "sent", "fix"}]}]}
    ```

    Every key is always there. `kind` of an operation is `operation`, `builder`, `value` or `method`, that of a
    parameter `positional`, `keyword` or `rest`.
    """
    return {
        "version": VERSION,
        "adaptor": adaptor.__version__,
        "operations": [entry.facts() for entry in shown if entry.kind not in ("error", "type", "module")],
        "errors": [entry.error_facts() for entry in shown if entry.kind == "error"],
    }


def find(name: str, among: list[DocEntry]) -> DocEntry | None:
    """Return the entry of a name in any spelling: `sendText` is `send_text`, `get` is `http.get`."""
    for form in (str, _plain, lambda text: _plain(text.rpartition(".")[2])):
        matches = [entry for entry in among if form(entry.name) == form(name)]
        # The name alone of what several namespaces have means the first of them.
        if len(matches) == 1 or (matches and all(entry.name.partition(".")[0] in _SPACES for entry in matches)):
            return matches[0]
    return None


def search(words: list[str], among: list[DocEntry]) -> list[DocEntry]:
    """Return the entries whose text has all these words, first those with one of them in their name."""
    small = [word.lower() for word in words]
    found = [entry for entry in among if all(word in entry.words() for word in small)]
    return sorted(found, key=lambda entry: not any(word in entry.name.lower() for word in small))


def similar(name: str, among: list[DocEntry]) -> list[str]:
    """Return the names that were probably meant, the most similar first."""
    plain = {_plain(entry.name): entry.name for entry in among}
    return [plain[match] for match in get_close_matches(_plain(name), plain, n=3, cutoff=0.7)]


def codes(error: type[AdaptorError]) -> list[dict[str, Any]]:
    """Return Graph's codes that become this error."""
    from ...graph.answers.codes import RULES

    return [
        {"code": code, "subcode": subcode, "sent": rule.sent, "fix": rule.fix}
        for (code, subcode), rule in RULES.items()
        if rule.kind is error
    ]


def codes_by_advice(error: type[AdaptorError]) -> dict[str, list[str]]:
    """Return what to do about Graph's codes that become this error, each with the codes that it is about."""
    found: dict[str, list[str]] = {}
    for code in codes(error):
        number = f"{code['code']}/{code['subcode']}" if code["subcode"] else str(code["code"])
        unknown = " Nobody knows whether it was sent." if code["sent"] == SENT_UNKNOWN else ""
        found.setdefault(code["fix"] + unknown, []).append(number)
    return found


def _plain(name: str) -> str:
    return name.removesuffix("()").replace("_", "").lower()


def _home(name: str) -> str:
    """Return the module in which a name lives, without the package's name."""
    space = name.partition(".")[0]
    if space in _SPACES:
        return f"common.{space}"
    if name.startswith("Operation"):
        return "core.operation"
    return str(adaptor._MODULES[name])


def _kind(name: str, value: Any, home: str) -> str:
    if isinstance(value, type) and issubclass(value, AdaptorError):
        return "error"
    if inspect.ismodule(value) or isinstance(value, type):
        return "module" if inspect.ismodule(value) else "type"
    if name.startswith("Operation."):
        return "method"
    if hasattr(value, "__operation__"):
        return "operation"
    return "builder" if home.startswith("messenger.") else "value"


def _docstring(value: Any) -> str | None:
    if value is dict:
        # A state is a plain dict, whose own docstring speaks of something else.
        return sys.modules["adaptor.core.state"].__doc__
    return (type(value) if isinstance(value, Lazy) else value).__doc__


def _type_text(annotation: str, module: str) -> tuple[str, bool]:
    """Return a type as people read it, and whether a lazy reference is allowed in its place."""
    if not annotation:
        return "", False
    tree = _PlainTypes(vars(sys.modules[module])).visit(ast.parse(annotation, mode="eval"))
    return ast.unparse(tree), not (annotation.startswith(_NOT_LAZY) or module.startswith("adaptor.core."))


class _PlainTypes(ast.NodeTransformer):
    """Replaces aliases of types by what they mean, and `Value[…]` by the part in brackets."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Replace an alias."""
        meant = _TYPES.get(node.id) or self._names.get(node.id)
        if not isinstance(meant, str) or node.id in ("Value", "T", "P"):
            return node
        if node.id in _TYPES:
            return ast.Name(meant, ast.Load())
        return self.visit(ast.parse(meant, mode="eval").body)  # type: ignore[no-any-return]

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Replace `Value[…]`."""
        self.generic_visit(node)
        return node.slice if isinstance(node.value, ast.Name) and node.value.id == "Value" else node


def _written_out(description: str, parameter: str, texts: dict[str, dict[str, str]]) -> str:
    """Replace "As for `send_text`" by the description that it refers to."""
    for _ in range(3):
        head, end, rest = description.partition("`")
        name, _, rest = rest.partition("`")
        meant = texts.get(name, {}).get(parameter)
        if head != "As for " or not end or meant is None or rest[:1] not in (".", ";"):
            break
        added = rest[1:].strip()
        description = f"{meant} {added[:1].upper()}{added[1:]}".strip()
    return description
