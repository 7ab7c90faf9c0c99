"""Who holds what, and until when."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from adaptor.ledger.errors import TakenOver
from adaptor.ledger.leases.leases import LEASE_SECONDS, LeaseTerms
from adaptor.ledger.leases.process import is_gone, process_name, this_machine, this_process


@pytest.fixture
def clock(store, monkeypatch):
    class Clock:
        now = 1_000_000.0

    monkeypatch.setattr(type(store.database), "ticks", lambda self: Clock.now)
    return Clock


def is_expired(store, holder):
    with store.database.reading():
        return store.leases.is_expired(holder)


def test_a_holder_on_another_machine_lives_as_long_as_its_lease(store, clock):
    store.leases.acquire("h", "elsewhere", "1@1")
    clock.now += LEASE_SECONDS
    assert not is_expired(store, "h")
    clock.now += 1
    assert is_expired(store, "h")


def test_a_holder_that_says_that_it_lives_lives_on(store, clock):
    store.leases.acquire("h", "elsewhere", "1@1")
    clock.now += LEASE_SECONDS - 1
    store.leases.renew("h")
    clock.now += LEASE_SECONDS - 1
    assert not is_expired(store, "h")


def test_a_holder_of_this_machine_that_is_gone_is_dead_at_once(store):
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    store.leases.acquire("h", this_machine(), process_name(process.pid))
    assert not is_expired(store, "h")
    process.communicate(b"\n")
    assert is_expired(store, "h")


def test_a_process_with_the_number_of_one_that_is_gone_is_another():
    assert not is_gone(this_machine(), this_process())
    assert is_gone(this_machine(), f"{os.getpid()}@1")
    assert not is_gone("elsewhere", f"{os.getpid()}@1")


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="only /proc tells a zombie")
def test_a_process_that_ended_and_was_not_waited_for_is_gone():
    process = subprocess.Popen([sys.executable, "-c", "pass"], stdout=subprocess.PIPE)
    name = process_name(process.pid)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert process_name(process.pid) is None
    assert is_gone(this_machine(), name)
    process.communicate()


def test_a_lease_that_counts_from_an_earlier_start_of_the_machine_is_over(store, clock):
    store.leases.acquire("h", "this machine before its start", "1@1")
    clock.now = 30.0
    assert is_expired(store, "h")


def test_a_holder_that_lives_is_not_buried(store):
    store.leases.acquire("h", this_machine(), this_process())
    store.leases.expire("h", "r1")
    assert not is_expired(store, "h")


def test_a_holder_that_is_buried_stays_so(store):
    store.leases.acquire("h", "elsewhere", f"{2**22}@1")
    store.database.run("UPDATE holders SET expires = 0")
    store.leases.expire("h", "r1")
    store.leases.renew("h")
    assert is_expired(store, "h")
    with store.database.transaction():
        assert store.leases.is_valid("h") is None


def test_a_holder_says_that_it_lives_until_it_is_closed(runs, store, monkeypatch):
    from threading import Event

    from adaptor.ledger.leases.lease import Lease

    beaten = Event()
    store.leases.terms = LeaseTerms(0.004)
    monkeypatch.setattr(type(store.leases), "renew", lambda self, holder: beaten.set())
    holder = Lease(store.leases, "r1")
    assert beaten.wait(10)
    holder.close()
    assert is_expired(store, holder.id)
    assert not holder._thread.is_alive()


def test_what_a_run_holds_is_free_when_it_ends(runs, store):
    ledger = runs.begin()
    ledger.claim([ledger.write("send", "1", "claimed")])
    ledger.claim([ledger.write("send", "1", "sending")], sending=True)
    runs.stop(ledger)
    assert {row.outcome: row.holder for row in store.writes.records("r1")} == {"claimed": None, "unknown": None}


def test_to_go_on_a_run_needs_its_lease(store):
    store.leases.acquire("h", "elsewhere", "1@1")
    with store.database.transaction():
        store.leases.check("h")
        with pytest.raises(TakenOver):
            store.leases.check("another")


def test_what_an_expired_lease_held_is_on_the_disk_before_anybody_else_sends_it(store, monkeypatch):
    durable, real = [], store.database.transact
    monkeypatch.setattr(
        store.database, "transact", lambda work, *, durable=False, kept=durable: (kept.append(durable), real(work))[1]
    )
    store.leases.expire("h", "r1")
    assert durable == [True]


def test_the_longest_lease_is_valid_to_its_end(store, clock):
    store.leases.acquire("h", "elsewhere", "1@1")
    assert not is_expired(store, "h")
    clock.now -= 0.5
    assert is_expired(store, "h")


def test_the_name_of_a_process_may_hold_more_than_its_number():
    assert is_gone(this_machine(), f"{os.getpid()}@1@2")
    assert not is_gone(this_machine(), "somebody@1")
