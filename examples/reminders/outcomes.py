"""What came of each appointment, and the summary of all."""

from collections import Counter
from typing import Any

from adaptor import Operation, State, fn

TEXT, TEMPLATE, NO_CONSENT = "reached by text", "reached by template", "no consent"
#: Why somebody was not reached, by the name of the error; the field says what an invalid message lacks.
NOT_REACHED = {
    "RecipientUnavailable": "not reached: has blocked the clinic, or left Messenger",
    "InvalidRequest": "not reached: the id belongs to nobody whom the Page knows",
    "recipient.id": "not reached: the id in the list is missing or damaged",
    "message.text": "not reached: the note is too long for a message",
}
MOST_LINES = 6


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


def reason(error: dict[str, Any]) -> str:
    """Say in the clinic's words why somebody was not reached."""
    field = (error.get("details") or {}).get("field") if error["name"] == "InvalidMessage" else None
    return NOT_REACHED.get(field or error["name"], f"not reached: {error['message']}")


def summarise(state: State) -> State:
    """Count the outcomes and list who got nothing and why; everything else is let go."""
    failed = {failure["index"]: failure["error"] for failure in state["failed"]}
    outcomes = state["outcomes"] | {index: reason(error) for index, error in failed.items()}
    not_reminded = [
        # The line of the file, as a spreadsheet numbers it: the first holds the names of the columns.
        {
            "line": index + 2,
            "psid": state["appointments"][index]["psid"],
            "reason": words,
            "error": failed[index]["message"] if index in failed else None,
        }
        for index, words in sorted(outcomes.items())
        if words not in (TEXT, TEMPLATE)
    ]
    found = Counter(outcomes.values())
    # First who was reached, then who was not, the most frequent reason first.
    usual = (TEXT, TEMPLATE, NO_CONSENT)
    others = [words for words, _ in found.most_common() if words not in usual]
    counts = {words: found[words] for words in (*usual, *others)}
    return {"data": {"appointments": len(state["appointments"]), "outcomes": counts, "not_reminded": not_reminded}}


def table(state: State) -> str:
    """Show the summary with line numbers only: a log is no place for names and ids."""
    lines = [f"{state['data']['appointments']:>5}  appointments, of which"]
    for words, count in state["data"]["outcomes"].items():
        numbers = [str(person["line"]) for person in state["data"]["not_reminded"] if person["reason"] == words]
        more = f" and {len(numbers) - MOST_LINES} more" if len(numbers) > MOST_LINES else ""
        lines.append(f"{count:>5}  {words}" + (f" (line {', '.join(numbers[:MOST_LINES])}{more})" if numbers else ""))
    return "\n".join([*lines, "Who got nothing, and why: `not_reminded` in the final state (-o result.json)"])
