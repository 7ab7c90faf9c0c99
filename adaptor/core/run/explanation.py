"""Explains an error with facts that the run knows and the code that raised it does not."""

from __future__ import annotations

from ..errors import AdaptorError, JobError, LazyStateError, MissingReference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..operation import Operation
    from ..state import State


class LastAnswer:
    """The operation that put its answer into `data` last."""

    def __init__(self) -> None:
        self._data: Any = None
        self._operation: Operation | None = None

    def remember(self, operation: Operation, before: State, after: State) -> None:
        """Remember an operation that has put an answer into `data`; operations around it do not count."""
        data, references = after.get("data"), after["references"]
        if isinstance(data, dict) and data.get("outcome") == "unknown":
            # This is no answer, and a missing key has another reason than that an answer replaced `data`.
            return
        if isinstance(data, dict) and references and references[-1] is before.get("data") and data is not self._data:
            self._data, self._operation = data, operation

    def of(self, state: Any) -> Operation | None:
        """Return the operation whose answer the `data` of a state is, or None."""
        is_answer = isinstance(state, dict) and self._data is not None and state.get("data") is self._data
        return self._operation if is_answer else None


def explain(error: AdaptorError, answered: Operation | None) -> None:
    """Add what the run knows to the description and the fix of an error.

    Args:
        error: An error of an operation.
        answered: The operation whose answer `data` was at that time, or None.
    """
    if isinstance(error, LazyStateError) and "lazy reference" in error.description:
        # While an operation runs, only a function of the job can raise this.
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
