"""Remind people of their appointments, each in the way that Messenger allows at this moment.

For 24 hours after a person's last message a Page may write freely: these people get a text with quick replies.
Everybody else gets a utility template, which Meta has approved beforehand.
"""

from collections import Counter
from pathlib import Path

from adaptor import (
    Operation,
    State,
    WindowClosed,
    fn,
    fn_if,
    log,
    parse_csv,
    quick_reply,
    send_text,
    send_utility,
    state,
    try_each,
)

TEXT, TEMPLATE = "text", "utility template"


def prepare(state: State) -> State:
    """Add what the messages need: all that a CSV holds is text, and some of it is empty."""
    appointments = [
        {
            **row,
            "name": row["first_name"] or "there",
            "in_window": float(row["hours_since_last_message"] or "inf") < 24,  # empty: has never written
            "note": row["note"] and f"\n\n{row['note']}",
        }
        for row in state["data"]
    ]
    return {**state, "appointments": appointments, "outcomes": {}}


def outcome(words: str) -> Operation:
    """Remember what came of the appointment at hand; `index` is its place in the list."""
    return fn(lambda state: {**state, "outcomes": {**state["outcomes"], state["index"]: words}})


def summarise(state: State) -> State:
    """Count the outcomes and list who was not reminded and why; everything else is let go."""
    outcomes = state["outcomes"] | {failure["index"]: failure["error"]["message"] for failure in state["failed"]}
    not_reminded = [
        # Row numbers as a spreadsheet shows them, with the names of the columns in the first.
        {"row": index + 2, "psid": state["appointments"][index]["psid"], "reason": reason}
        for index, reason in sorted(outcomes.items())
        if reason not in (TEXT, TEMPLATE)
    ]
    counts = dict(Counter(outcomes.values()).most_common())
    return {"data": {"appointments": len(state["appointments"]), "outcomes": counts, "not_reminded": not_reminded}}


def table(state: State) -> str:
    """Show the summary with row numbers only: a log is no place for names and ids."""
    lines = [f"{state['data']['appointments']:>4}  altogether"]
    for words, count in state["data"]["outcomes"].items():
        rows = [str(person["row"]) for person in state["data"]["not_reminded"] if person["reason"] == words]
        lines.append(f"{count:>4}  {words}" + (f" (row {', '.join(rows)})" if rows else ""))
    return "\n".join(lines)


when = f"{state.data.day:%A %d %B at %H:%M}"
text = send_text(
    state.data.psid,
    f"Hello {state.data.name}, see you at {state.clinic.name} on {when} with {state.data.doctor}.{state.data.note}",
    quick_replies=[quick_reply("Confirm"), quick_reply("Move it"), quick_reply("Cancel")],
).then(outcome(TEXT))
template = send_utility(
    state.data.psid, "appointment_reminder", [state.data.name, state.clinic.name, state.data.doctor, when]
).then(outcome(TEMPLATE))

# From here on, each line is a step of the job.
log(f"Appointments at {state.clinic.name}")
parse_csv(Path(__file__).with_name("appointments.csv"))
fn(prepare)
try_each(
    state.appointments,
    fn_if(
        state.data.consented == "yes",
        # Our list may say that the window is open, but Meta knows better.
        fn_if(state.data.in_window, text.catch(WindowClosed, template), else_=template),
        else_=outcome("no consent"),
    ),
    fail=False,  # the summary says who could not be reached
)
fn(summarise)
log(table)
