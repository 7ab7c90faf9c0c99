"""Which states wait at which steps: order, joins, ids of arrivals, leaves."""

from adaptor.runner.execution.schedule import Schedule, first_ids
from adaptor.runner.load.workflows.plan import Edge, Plan, Step


def plan_of(*edges, join=()):
    """Return a plan whose steps are named by one letter, with edges such as "ab"."""
    plan = Plan("w.json")
    plan.start = edges[0][0]
    for name in dict.fromkeys("".join(edges)):
        plan.steps[name] = Step(name)
        plan.steps[name].join = "all" if name in join else ""
    for source, target in edges:
        plan.steps[source].edges.append(Edge(source, target))
    return plan


def run(plan, *, skipped=()):
    """Follow all edges but the skipped ones; return the arrivals as step, number and id, and the schedule."""
    schedule, arrivals = Schedule(plan, {"data": []}), []
    while (arrival := schedule.next()) is not None:
        step = arrival.step
        arrivals.append((step.id, arrival.number, arrival.id))
        state = {"data": [*arrival.state["data"], step.id]}
        text = '{"data": ' + str(state["data"]).replace("'", '"') + "}"
        edges = [edge for edge in step.edges if edge.source + edge.target not in skipped]
        if edges:
            schedule.follow(edges, arrival, state, text)
        else:
            schedule.add_leaf(step.id, state, text)
    return arrivals, schedule


def test_steps_run_in_the_order_of_arrival_and_the_last_states_are_leaves():
    arrivals, schedule = run(plan_of("ab", "ac", "bd"))
    assert [step for step, _, _ in arrivals] == ["a", "b", "c", "d"]
    assert schedule.leaves == [("c", {"data": ["a", "c"]}), ("d", {"data": ["a", "b", "d"]})]
    assert [step for step, _ in schedule.texts] == ["c", "d"]


def test_a_step_with_two_incoming_edges_runs_for_each_with_an_id_of_its_own():
    arrivals, _ = run(plan_of("ab", "ac", "bd", "cd", "de"))
    assert [each for each in arrivals if each[0] == "d"] == [("d", 0, 0), ("d", 1, 1)]
    assert [each for each in arrivals if each[0] == "e"] == [("e", 0, 0), ("e", 1, 1)]


def test_the_id_of_an_arrival_does_not_depend_on_the_other_arrivals():
    arrivals, _ = run(plan_of("ab", "ac", "bd", "cd"), skipped=("ab",))
    assert arrivals[-1] == ("d", 0, 1)


def test_a_join_waits_for_all_states_and_merges_them_in_the_order_of_the_file():
    arrivals, schedule = run(plan_of("ab", "ac", "ce", "bd", "ed", join="d"))
    assert [step for step, _, _ in arrivals] == ["a", "b", "c", "e", "d"]
    assert schedule.leaves == [("d", {"data": ["a", "c", "e", "d"]})]


def test_a_join_merges_states_of_one_edge_in_their_order_and_is_one_arrival():
    arrivals, schedule = run(plan_of("ab", "ac", "bd", "cd", "de", join="e"))
    assert arrivals[-2:] == [("d", 1, 1), ("e", 0, 0)]
    assert schedule.leaves == [("e", {"data": ["a", "c", "d", "e"]})]


def test_ids_count_the_paths_along_all_edges_before():
    arrivals, _ = run(plan_of("ab", "ac", "ad", "be", "ce", "de"))
    assert [id_ for step, _, id_ in arrivals if step == "e"] == [0, 1, 2]
    arrivals, _ = run(plan_of("ab", "ac", "bd", "cd", "de", "ae"))
    assert sorted(id_ for step, _, id_ in arrivals if step == "e") == [0, 1, 2]


def test_without_a_join_each_path_counts():
    arrivals, _ = run(plan_of("ab", "ac", "bd", "cd", "de", "ax", "xe"))
    assert sorted(id_ for step, _, id_ in arrivals if step == "e") == [0, 1, 2]


def test_what_a_join_passes_on_counts_as_one_path():
    arrivals, _ = run(plan_of("ab", "ac", "bd", "cd", "de", "ax", "xe", join="d"))
    assert sorted(id_ for step, _, id_ in arrivals if step == "e") == [0, 1]


def test_states_along_several_edges_share_nothing():
    plan = plan_of("ab", "ac")
    schedule = Schedule(plan, {"data": {"n": 1}})
    arrival = schedule.next()
    state = {"data": {"n": 1}, "configuration": {"access_token": "x"}}
    schedule.follow(plan.steps["a"].edges, arrival, state, '{"data":{"n":1}}')
    one, other = schedule.next(), schedule.next()
    assert one.state == other.state == state
    # The first is not copied: most steps have one edge, and a state may be large.
    assert one.state is state
    assert one.state["data"] is not other.state["data"]
    assert one.state["configuration"] is not other.state["configuration"]


def test_a_schedule_that_is_cleared_has_no_more_arrivals():
    schedule = Schedule(plan_of("ab"), {})
    schedule.clear()
    assert schedule.next() is None


def test_only_the_initial_state_has_a_configuration_that_counts():
    plan = plan_of("ab")
    schedule = Schedule(plan, {"configuration": {"page_id": "1"}})
    arrival = schedule.next()
    assert (arrival.is_first, arrival.configuration) == (True, {"page_id": "1"})
    plan.steps["a"].job = object()
    schedule.follow(plan.steps["a"].edges, arrival, arrival.state, "{}")
    following = schedule.next()
    assert (following.is_first, following.configuration) == (False, None)


def test_a_plan_without_edges_has_no_first_ids():
    plan = Plan("job.py")
    plan.steps["job-1"] = Step("job-1")
    assert first_ids(plan) == {}
