"""What the run knows of an error besides the place that raised it."""

from __future__ import annotations

from .errors import AdaptorError, JobError, LazyStateError, MissingReference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .operation import Operation
    from .state import State


class LastAnswer:
    """Which operation has put its answer into `data` last."""

    def __init__(self) -> None:
        self._data: Any = None
        self._operation: Operation | None = None

    def remember(self, operation: Operation, before: State, after: State) -> None:
        """Remember an operation that has put an answer into `data`; what stands around it is not meant."""
        data, references = after.get("data"), after["references"]
        if isinstance(data, dict) and data.get("outcome") == "unknown":
            # No answer at all: what is missing in it has another reason than that it has replaced something.
            return
        if isinstance(data, dict) and references and references[-1] is before.get("data") and data is not self._data:
            self._data, self._operation = data, operation

    def of(self, state: Any) -> Operation | None:
        """Return the operation whose answer the `data` of a state is, where that is known."""
        is_answer = isinstance(state, dict) and self._data is not None and state.get("data") is self._data
        return self._operation if is_answer else None


def explain(error: AdaptorError, answered: Operation | None) -> None:
    """Say more of an error where the run knows more than the place that raised it.

    Args:
        error: It arose while an operation was performed.
        answered: The operation whose answer `data` was by then, where that is known.
    """
    if isinstance(error, LazyStateError) and "lazy reference" in error.description:
        # Nothing but a function of the job's own is run at this time.
        error.fix = (
            "Inside a function use its own parameter, which is the real state, a plain dict: "
            "`lambda state: state['data']['rows']`, or `def prepare(state): …`. The lazy `state` of the vocabulary "
            "is for the arguments of operations."
        )
        return
    if answered is None:
        return
    answer = f"the answer of `{answered.title()}` (line {answered.line}), which has replaced the earlier `data`"
    fix = (
        f'Keep the answer apart and `data` as it was: as_("sent", {answered.name}(…)). '
        "Or read the earlier data: state.references[-1]."
    )
    if isinstance(error, MissingReference) and (error.root == "data" or "`data_value(" in error.description):
        error.description = f"{error.description} `state.data` is {answer}."
        error.args = (error.description,)
        error.fix = fix
    elif isinstance(error, JobError) and error.cause_type == "KeyError" and not error.fix:
        error.fix = f"`data` is {answer}. {fix}"
