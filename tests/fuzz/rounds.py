"""The rounds of each fuzzer: a short one in the default suite, always the same, and two under `-m long`.

Of those two one is long, and one is guided by coverage (see `guided`), where Atheris is installed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from adaptor.core.errors import AdaptorError, JobError
from adaptor.core.text.harmless import harmless
from tests import thorough  # noqa: F401 - no example has a deadline

#: Examples of the short round; the long one has so many times more.
SHORT, LONGER = 60, 60
#: Seconds of the guided round.
GUIDED_SECONDS = 20
#: Seconds of the processor that one input may take on any machine.
MOST_SECONDS = 10.0
LONG = pytest.mark.long
LOOSE = [
    HealthCheck.too_slow,
    HealthCheck.function_scoped_fixture,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
]


def rounds(*strategies, examples=SHORT):
    """Make of a function that is given generated values a test with several rounds."""

    def decorate(function):
        @pytest.mark.parametrize(
            "times",
            [
                pytest.param(1, id="short"),
                pytest.param(LONGER, id="long", marks=LONG),
                pytest.param(None, id="guided", marks=LONG),
            ],
        )
        def test(times):
            if times is None:
                return _guided(function)
            profile = settings(
                max_examples=examples * times,
                derandomize=times == 1,
                suppress_health_check=LOOSE,
                phases=[Phase.generate],
            )
            return profile(given(*strategies)(function))()

        test.__name__ = function.__name__
        test.given = settings(suppress_health_check=LOOSE)(given(*strategies)(function))
        return test

    return decorate


def _guided(function):
    if find_spec("atheris") is None:
        pytest.skip("Atheris, which guides fuzzers by coverage, is not installed")
    module = function.__module__.rpartition(".")[2]
    command = [sys.executable, "-m", "tests.fuzz.guided", module, function.__name__, str(GUIDED_SECONDS)]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    assert done.returncode == 0, done.stdout[-10_000:]
    # It did not stop before its time.
    assert "Done " in done.stdout, done.stdout[-10_000:]


def survives(action, *allowed, faults=True):
    """Perform something: it gives a result or one of our errors, which can be shown, and it takes its time, no more.

    Args:
        action: What is performed.
        allowed: Further errors that it may raise.
        faults: An exception of Python's own may become the job's error; else nothing of the job raises one.
    """
    result, seconds = _timed(action, allowed, faults)
    assert seconds < MOST_SECONDS, f"it took {seconds:.1f} s"
    return result


def _timed(action, allowed, faults):
    began, result = time.process_time(), None
    try:
        result = action()
    except AdaptorError as error:
        shown(error)
        if not faults and isinstance(error, JobError) and error.cause_type:
            raise
    except allowed:
        pass
    return result, time.process_time() - began


def shown(error):
    """Every error can be printed, and printed it controls no terminal."""
    text = error.report()
    assert text == harmless(text)
    assert len(text) < 100_000
    json.dumps(error.facts()).encode()
    return text
