"""PostgreSQL fails under load: by what Messenger has accepted, nothing is lost and nothing is sent twice."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter

import pytest
import requests

from adaptor.service.store.store import open_service_store
from tests.waiting import wait_until

from .postgres import OwnPostgres
from .processes import PSID, body_of, message, signed, write_bot

pytestmark = pytest.mark.long

#: Three messages in a run, so that a fault also comes between two of them.
ANSWER = "".join(f'as_("sent", send_text(state.data.psid, f"{{state.data.text}}{part}"))\n' for part in "abc")
PEOPLE = 12


@pytest.fixture
def postgres():
    own = OwnPostgres()
    yield own
    own.close()


class Load:
    """Events that come all the time; what is not answered with 200 is delivered again, as Meta does."""

    def __init__(self, url: str, rate: float = 20.0) -> None:
        self._url, self._rate = url, rate
        self._over = threading.Event()
        self.sent = 0
        self.refused = 0
        self.slowest = 0.0
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._over.wait(1 / self._rate):
            psid = str(int(PSID) + self.sent % PEOPLE)
            self._deliver(body_of(message(psid, f"{self.sent}")))
            self.sent += 1

    def _deliver(self, body: bytes) -> None:
        while True:
            began = time.monotonic()
            try:
                status = requests.post(self._url, data=body, headers=signed(body), timeout=60).status_code
            except requests.RequestException:
                status = 0
            self.slowest = max(self.slowest, time.monotonic() - began)
            if status == 200:
                if random.random() < 0.2:
                    # Twice, though it was answered.
                    requests.post(self._url, data=body, headers=signed(body), timeout=60)
                return
            self.refused += 1
            threading.Event().wait(0.5)


@pytest.mark.parametrize("fault", ["restart", "cut", "down"])
def test_nothing_is_lost_and_nothing_sent_twice(serve, work, sandbox, tmp_path, postgres, fault):
    write_bot(tmp_path, sandbox, ANSWER)
    server = serve("--no-workers", "--database", postgres.url)
    workers = [work("--workers", "1", "--database", postgres.url) for _ in range(2)]
    with Load(server.url, rate=5.0) as load:
        wait_until(lambda: len(sandbox.messages) > 30)
        if fault == "restart":
            for _ in range(3):
                postgres.stop()
                postgres.start()
                threading.Event().wait(2)
        elif fault == "cut":
            postgres.cut()
            threading.Event().wait(20)
            postgres.mend()
        else:
            postgres.stop()
            threading.Event().wait(60)
            postgres.start()
        at_fault = len(sandbox.messages)
        wait_until(lambda: len(sandbox.messages) > at_fault + 30)
        assert load.refused == 0
    store = open_service_store(postgres.direct)
    try:
        wait_until(lambda: not any(store.runs.count_open().values()) and store.events.count() == load.sent, 400)
    except AssertionError:
        open_runs = [run for run in store.runs.newest(10_000) if run.status in ("queued", "running")]
        print(store.events.count(), load.sent, len(open_runs), store.runs.count_open())
        now = store.database.now()
        print([(r.status, r.epoch, r.failures, r.due - now, r.error, r.person) for r in open_runs[-6:]])
        print("\n".join(line for worker in workers for line in worker.lines if "  " not in line[26:30])[-6000:])
        raise
    states = Counter(run.status for run in store.runs.newest(10_000))
    why = Counter((run.error or "")[:300] for run in store.runs.newest(10_000) if run.status != "succeeded")
    outcomes = Counter(dict(store.database.run("SELECT outcome, count(*) FROM writes GROUP BY outcome").fetchall()))
    store.close()
    print(f"{fault}: {load.sent} events, refused {load.refused}, slowest {load.slowest:.1f} s, {states}, {outcomes}")
    print(why)
    texts = Counter(each.text for each in sandbox.messages)
    assert set(texts.values()) == {1}
    expected = {f"{number}{part}" for number in range(load.sent) for part in "abc"}
    assert expected - set(texts) == set()
    for psid in (str(int(PSID) + number) for number in range(PEOPLE)):
        numbers = [int(each.text[:-1]) for each in sandbox.sent_to(psid)]
        assert numbers == sorted(numbers), numbers
    for worker in workers:
        assert worker.stop() == 0
        assert not any("fault" in line for line in worker.lines)
