"""What a send through `send_text` costs, as a multiple of the same calls by a bare `requests.Session`.

    python benchmarks/sending.py [SENDS] [ROUNDS]

Both talk to a stub in another process that only answers. Rounds alternate; the median is what counts.
"""

from __future__ import annotations

import statistics
import sys
import time

import requests
from figures import figure
from stub import running

from adaptor import each, send_text, state

ALLOWED = 1.2
TOKEN = "benchmark-token"


def bare(url: str, people: list[dict[str, str]]) -> float:
    started = time.perf_counter()
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {TOKEN}"
        for person in people:
            answer = session.post(
                f"{url}/v26.0/me/messages",
                json={
                    "recipient": {"id": person["psid"]},
                    "messaging_type": "RESPONSE",
                    "message": {"text": f"Hello {person['name']}"},
                },
                timeout=(10, 80),
            )
            assert answer.json()["message_id"]
    return time.perf_counter() - started


def ours(url: str, people: list[dict[str, str]]) -> float:
    job = each(state.people, send_text(state.data.psid, lambda state: f"Hello {state['data']['name']}"))
    started = time.perf_counter()
    job({"people": people, "configuration": {"access_token": TOKEN, "base_url": url}})
    return time.perf_counter() - started


def main() -> None:
    sends = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    people = [{"psid": str(10**15 + number), "name": f"Person {number}"} for number in range(sends)]
    with running() as url:
        bare(url, people[:50])
        ours(url, people[:50])
        pairs = [(bare(url, people), ours(url, people)) for _ in range(rounds)]
    base = statistics.median(pair[0] for pair in pairs)
    job = statistics.median(pair[1] for pair in pairs)
    print(f"requests.Session {base / sends * 1e6:6.0f} µs a send")
    print(f"send_text        {job / sends * 1e6:6.0f} µs a send")
    print(f"ratio {job / base:.2f} (allowed: {ALLOWED})")
    figure("`send_text` without a ledger", job / base, "× a bare `requests.Session`", at_most=ALLOWED)


if __name__ == "__main__":
    main()
