"""Time that grows with the input and not with its square, by the processor's time on any machine."""

import time
from collections.abc import Callable


def grows_with_its_input(action: Callable[[int], object], size: int) -> bool:
    """Whether sixteen times as much takes less than eighty times as long. Squared, it would be 256 times.

    Args:
        action: Does something with that much input.
        size: How much the first time; enough for a millisecond or more.
    """
    few, many = (min(_seconds(action, times * size) for _ in range(2)) for times in (1, 16))
    return many < 80 * max(few, 0.0005)


def _seconds(action: Callable[[int], object], size: int) -> float:
    begin = time.thread_time()
    action(size)
    return time.thread_time() - begin
