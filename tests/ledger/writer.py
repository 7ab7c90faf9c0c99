"""A process that does with a ledger what it is told, line by line: a JSON list in, a JSON value out.

    writer.py DATABASE

Not a test: started by tests, which kill it.
"""

from __future__ import annotations

import json
import os
import random
import sys
from typing import Any

from adaptor.core.errors import AdaptorError
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.pace import Slot
from adaptor.ledger.records import RunRecord, sent
from adaptor.ledger.store import open_store


class Commands:
    """What it can be told."""

    ledger: Ledger

    def __init__(self, database: str) -> None:
        self.database = database

    def open(self) -> str:
        """Open the ledger and close it."""
        open_store(self.database).close()
        return "opened"

    def begin(self, run: str) -> str:
        """Begin a run."""
        self.ledger = Ledger.begin(open_store(self.database), RunRecord(run, "/jobs/job.py", "job", "input"))
        self.ledger.enter_step("step", 0)
        return self.ledger._lease.id

    def resume(self, run: str) -> str:
        """Continue with a run."""
        self.ledger = Ledger.resume(open_store(self.database), run)
        self.ledger.enter_step("step", 0)
        return self.ledger._lease.id

    def close(self, finished: bool) -> str:
        """End the run."""
        self.ledger.close(0, finished=finished)
        return "closed"

    def claim(self, recipients: list[str], keys: list[str] | None = None, sending: bool = False) -> list[Any]:
        """Claim a write for each recipient."""
        entries = self.ledger.claim(
            [
                self.ledger.write("send", recipient, "text", page="1", own_key=keys and keys[index], once=True)
                for index, recipient in enumerate(recipients)
            ],
            sending=sending,
        )
        return [[entry.id, entry.is_claimed, entry.record.outcome] for entry in entries]

    def send(self, ids: list[str]) -> bool:
        """Say that claimed writes are about to leave."""
        return self.ledger.store.writes.begin_sending(ids, self.ledger._lease.id)

    def claim_keys(self, count: int, seed: int) -> list[int]:
        """Claim the same keys as everybody else in chunks of 50, in an order of its own; return which it got."""
        numbers = list(range(count))
        random.Random(seed).shuffle(numbers)
        got = []
        for start in range(0, count, 50):
            chunk = numbers[start : start + 50]
            answers = self.claim([f"p{number}" for number in chunk], [f"k{number}" for number in chunk], sending=True)
            mine = [(number, id_) for number, (id_, is_ours, _) in zip(chunk, answers, strict=True) if is_ours]
            self.ledger.settle([sent(id_, {"message_id": f"m{number}"}) for number, id_ in mine])
            got += [number for number, _ in mine]
        return got

    def reserve(self, times: int, seconds: float) -> list[float]:
        """Take places in the lane of the messages."""
        return [self.ledger.reserve("1", [Slot("messages", seconds)]) for _ in range(times)]

    def broadcast(self, recipients: list[str], accepted: str) -> str:
        """Write to everybody in chunks, telling of each moment; what has left stands in a file."""
        outside = os.open(accepted, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        for start in range(0, len(recipients), 10):
            chunk = recipients[start : start + 10]
            say("taking")
            answers = self.claim(chunk)
            ours = {id_: recipient for recipient, (id_, is_ours, _) in zip(chunk, answers, strict=True) if is_ours}
            say("claimed")
            self.ledger.begin_sending(list(ours))
            say("leaving")
            for recipient in ours.values():
                os.write(outside, f"{recipient}\n".encode())
            say("left")
            self.ledger.settle([sent(id_, {"message_id": recipient}) for id_, recipient in ours.items()])
            say("settled")
        return "done"


def say(value: Any) -> None:
    """Answer."""
    print(json.dumps(value), flush=True)


def main() -> None:
    commands = Commands(sys.argv[1])
    say("ready")
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        try:
            answer = getattr(commands, name)(*arguments)
        except AdaptorError as error:
            answer = {"error": type(error).__name__, "message": str(error)}
        say(answer)
    # What it holds stays held, as when it is killed.
    os._exit(0)


if __name__ == "__main__":
    main()
