"""Load yesterday's visits, leaving out everybody who does not want to be asked."""

from pathlib import Path

from adaptor import State, fn, parse_csv


def willing(state: State) -> State:
    return {**state, "data": [visit for visit in state["data"] if visit["consented"] == "yes"]}


parse_csv(Path(__file__).with_name("visits.csv"))
fn(willing)
