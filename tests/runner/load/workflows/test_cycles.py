"""Cycles in a plan."""

import pytest

from adaptor.runner.load.workflows.cycles import cycles
from adaptor.runner.load.workflows.plan import Edge, Plan, Step


def found(*edges):
    plan = Plan("w.json")
    for name in dict.fromkeys("".join(edges)):
        plan.steps[name] = Step(name)
    for source, target in edges:
        plan.steps[source].edges.append(Edge(source, target))
    return ["".join([cycle[0].source, *(edge.target for edge in cycle)]) for cycle in cycles(plan)]


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        (["ab", "bc", "ac"], []),
        (["aa"], ["aa"]),
        (["ab", "ba"], ["aba"]),
        (["ab", "bc", "cd", "db"], ["bcdb"]),
        (["ab", "ba", "cd", "dc"], ["aba", "cdc"]),
    ],
)
def test_a_cycle_begins_with_its_first_step_in_the_file(edges, expected):
    assert found(*edges) == expected


def test_two_cycles_through_one_step_are_both_found():
    assert sorted(found("ab", "ba", "ac", "ca")) == ["aba", "aca"]


def test_an_edge_to_a_step_that_does_not_exist_is_no_cycle():
    plan = Plan("w.json")
    plan.steps["a"] = Step("a")
    plan.steps["a"].edges.append(Edge("a", "b"))
    assert cycles(plan) == []


def test_a_chain_may_be_longer_than_pythons_stack():
    plan = Plan("w.json")
    names = [f"s{number}" for number in range(5000)]
    for name in names:
        plan.steps[name] = Step(name)
    for source, target in zip(names, [*names[1:], names[0]], strict=True):
        plan.steps[source].edges.append(Edge(source, target))
    (cycle,) = cycles(plan)
    assert len(cycle) == 5000
