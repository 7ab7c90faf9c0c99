"""The parameters of an operation: they check a call and describe what is wrong with it."""

from __future__ import annotations

from ..errors import WrongCall
from .functions import parameters_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Parameters:
    """The parameters of an operation, read from its code object (`inspect` would cost a third of the start-up)."""

    __slots__ = (
        "defaults",
        "given",
        "keyword_only",
        "kinds",
        "name",
        "positional",
        "required_keywords",
        "rest",
        "takes_any",
    )

    def __init__(self, function: Callable[..., Any], skip: int) -> None:
        code = function.__code__
        first_keyword = code.co_argcount + code.co_kwonlyargcount
        defaults = function.__defaults__ or ()
        self.name = function.__name__
        self.positional = code.co_varnames[skip : code.co_argcount]
        self.keyword_only = code.co_varnames[code.co_argcount : first_keyword]
        self.rest = code.co_varnames[first_keyword] if code.co_flags & 0x04 else None
        self.takes_any = bool(code.co_flags & 0x08)
        self.defaults = len(defaults)
        self.required_keywords = [key for key in self.keyword_only if key not in (function.__kwdefaults__ or {})]
        self.kinds = {
            name: kind
            for name, annotation in function.__annotations__.items()
            if (kind := _kind_of(str(annotation))) is not None
        }
        #: Names for the parameters of the callbacks among them.
        self.given = {
            name: words
            for name, annotation in function.__annotations__.items()
            if self.kinds.get(name) in ("callback", "handler") and (words := parameters_in(str(annotation))) is not None
        }

    def bind(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], take: Callable[[Parameters, str, Any], Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Check a call and return its arguments, as positional ones where possible.

        Args:
            args: The given positional arguments.
            kwargs: The given keyword arguments.
            take: Returns each argument in the form that the operation keeps: `take(parameters, name, value)`.
        """
        positional = self.positional
        if len(args) > len(positional) and self.rest is None:
            takes = f"at most {len(positional)}" if self.defaults else str(len(positional))
            extra = f" Arguments after the first {len(positional)} are given by name." if self.keyword_only else ""
            raise WrongCall(
                f"{self.name}() takes {takes} positional argument{'' if len(positional) == 1 else 's'}, "
                f"but {len(args)} {'was' if len(args) == 1 else 'were'} given.",
                fix=f"{self.signature()}.{extra}",
            )
        for key in kwargs:
            if key in positional[: len(args)]:
                raise WrongCall(f"{self.name}() got `{key}` twice.", fix=f"{self.signature()}.")
        if not self.takes_any and (wrong := [key for key in kwargs if key not in (*positional, *self.keyword_only)]):
            hints = [_suggestion(key, (*positional, *self.keyword_only)) for key in wrong]
            raise WrongCall(
                f"{self.name}() does not take {' and '.join(f'`{key}`' for key in wrong)}.{''.join(hints)}",
                fix=f"{self.signature()}.",
            )
        needed = positional[len(args) : max(len(positional) - self.defaults, len(args))]
        missing = [key for key in (*needed, *self.required_keywords) if key not in kwargs]
        if missing:
            raise WrongCall(
                f"{self.name}() is missing {' and '.join(f'`{key}`' for key in missing)}.", fix=f"{self.signature()}."
            )
        values = list(args)
        rest = dict(kwargs)
        for key in positional[len(args) :]:
            if key not in rest:
                break
            values.append(rest.pop(key))
        names = (*positional, *([self.rest] * (len(values) - len(positional))))
        kept = tuple(take(self, str(name), value) for name, value in zip(names, values, strict=False))
        return kept, {key: take(self, key, rest[key]) for key in sorted(rest)}

    def needs(self, name: str) -> bool:
        """Whether a parameter has no default."""
        return name in self.required_keywords or name in self.positional[: len(self.positional) - self.defaults]

    def signature(self) -> str:
        """Return how to write the call, with optional arguments in brackets."""
        required = len(self.positional) - self.defaults
        shown = [key if index < required else f"[{key}]" for index, key in enumerate(self.positional)]
        if self.rest:
            shown.append(f"*{self.rest}")
        shown += [f"{key}=…" if key in self.required_keywords else f"[{key}=…]" for key in self.keyword_only]
        return f"Write {self.name}({', '.join(shown)})"


_KINDS = {
    "Step": "step",
    "Step | None": "step or none",
    "Condition": "condition",
    "Source": "source",
    "People": "people",
    "ErrorKinds": "error kinds",
    "Keys": "keys",
}


def _kind_of(annotation: str) -> str | None:
    if annotation.startswith("Callback"):
        return "callback"
    return "handler" if annotation.startswith("Handler") else _KINDS.get(annotation)


def _suggestion(word: str, words: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    match = get_close_matches(word, words, n=1)
    return f" Did you mean `{match[0]}`?" if match else ""
