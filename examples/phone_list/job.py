"""Announce a change of hours, and write a list of people to be called by phone because they could not be reached:

adaptor run examples/phone_list/job.py -s examples/phone_list/state.json --sandbox
"""

import csv
from pathlib import Path

from adaptor import State, fn, log, parse_csv, send_text, state, try_each

HERE = Path(__file__).parent


def write_phone_list(state: State) -> State:
    """Write a row for each person who was not reached; Messenger's words say why."""
    rows = [{**state["people"][failure["index"]], "reason": failure["error"]["name"]} for failure in state["failed"]]
    with Path(state["phone_list"]).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["first_name", "phone", "reason"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return {"data": {"reached": len(state["people"]) - len(rows), "to_call": len(rows)}}


parse_csv(HERE / "people.csv")
fn(lambda state: {**state, "people": state["data"]})
try_each(
    state.people,
    send_text(state.data.psid, f"Hello {state.data.first_name}, from Monday we open at 8."),
    fail=False,  # the phone list says who could not be reached
)
fn(write_phone_list)
log(f"{state.data.reached} reached, {state.data.to_call} to call")
