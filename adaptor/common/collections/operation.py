"""Operations on collections, which check what is known of a call when the job is loaded."""

from __future__ import annotations

from ...core.operation import Operation, builder_of
from ...core.values.lazy import Lazy
from ..loop import Loop
from .arguments import checked_collection, checked_key, refuse_function_of_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Concatenate, ParamSpec

    from ...core.state import State

    P = ParamSpec("P")


class CollectionOperation(Operation):
    """An operation on a collection."""

    __slots__ = ()
    #: Whether its key is one key, rather than any number of them.
    takes_one_key = False

    def __init__(
        self, build: Callable[..., Operation], function: Callable[..., Any], args: tuple[Any, ...], kwargs: Any
    ) -> None:
        super().__init__(build, function, args, kwargs)
        given = dict(zip(("collection", "key"), args, strict=False)) | kwargs
        if "collection" in given and not isinstance(given["collection"], Lazy):
            checked_collection(given["collection"])
        if callable(given.get("key")) and not isinstance(given["key"], Lazy):
            refuse_function_of_state(given["key"])
        elif "key" in given and not isinstance(given["key"], Lazy):
            checked_key(given["key"], is_one=self.takes_one_key)


class CollectionWrite(CollectionOperation):
    """The operation of `collections.set`."""

    __slots__ = ()
    takes_one_key = True


class CollectionListing(CollectionOperation):
    """The operation of `collections.get`; as the source of a loop it gives its items one after the other."""

    __slots__ = ()

    def items(self, state: State) -> Iterator[dict[str, Any]]:
        """Yield the items for a state, without holding them all."""
        from .reading import listed

        args = [value.__resolve__(state) if isinstance(value, Lazy) else value for value in self.args]
        named = {
            name: value.__resolve__(state) if isinstance(value, Lazy) else value for name, value in self.kwargs.items()
        }
        return listed(*args, **{name: value for name, value in named.items() if name != "default"})


class CollectionLoop(CollectionOperation, Loop):
    """The operation of `collections.each`."""

    __slots__ = ()


def operation_of(
    kind: Callable[..., Operation],
) -> Callable[[Callable[Concatenate[State, P], State]], Callable[P, Operation]]:
    """Make operations of a class of a function that takes the state and its arguments."""

    def decorated(function: Callable[Concatenate[State, P], State]) -> Callable[P, Operation]:
        # Its name in a job; pickle still finds the function by its qualified name.
        function.__name__ = f"collections.{function.__name__}"
        return builder_of(function, kind)

    return decorated
