"""Drives one fuzzer with inputs that coverage guides: `python -m tests.fuzz.guided test_files test_state 20`.

Atheris watches which lines of the package an input reaches, and goes on from those that reached new ones. Hypothesis
makes values of the bytes that it proposes.
"""

import sys
from importlib import import_module

import atheris


def main() -> None:
    module, name, seconds = sys.argv[1:]
    with atheris.instrument_imports(include=["adaptor"], enable_loader_override=False):
        fuzzer = getattr(import_module(f".{module}", __package__), name)
    atheris.Setup(
        [sys.argv[0], f"-max_total_time={seconds}", "-rss_limit_mb=0"], fuzzer.given.hypothesis.fuzz_one_input
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
