"""The people whom the Page has blocked, read and left out."""

from __future__ import annotations

from typing import Any

from adaptor import block_user, broadcast, combine, each, fn, list_blocked_users, send_text, state

ANA, BEN = "6543210987654321", "6543210987654322"


def test_people_who_are_blocked_are_listed(visit: Any) -> None:
    after = visit(combine(block_user(ANA), list_blocked_users()))
    assert [person["id"] for person in after["data"]] == [ANA]


def test_a_loop_goes_through_people_who_are_blocked(visit: Any) -> None:
    seen: list[str] = []
    look = fn(lambda state: seen.append(state["data"]["id"]) or state)
    visit(combine(block_user(ANA), block_user(BEN), each(list_blocked_users(fields="id"), look)))
    assert sorted(seen) == [ANA, BEN]


def test_a_broadcast_leaves_out_people_who_are_blocked(visit: Any, sandbox: Any) -> None:
    people = [{"psid": ANA}, {"psid": BEN}]
    hello = broadcast(people, send_text(state.data.psid, "Hello"), skip=list_blocked_users())
    after = visit(combine(block_user(ANA), hello))
    assert after["data"]["outcomes"] == {"sent": 1, "skipped": 1}
    sandbox.assert_nothing_sent(ANA)


def test_a_job_that_reads_the_list_before_uses_it_in_the_same_way(visit: Any, sandbox: Any) -> None:
    hello = broadcast([{"psid": ANA}], send_text(state.data.psid, "Hello"), skip=state.data)
    assert visit(combine(block_user(ANA), list_blocked_users(), hello))["data"]["outcomes"] == {"skipped": 1}
