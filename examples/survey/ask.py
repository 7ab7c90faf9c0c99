"""Ask each visitor how it was; those who cannot be reached are passed over and counted."""

from adaptor import State, fn, quick_reply, send_text, state, try_each

answers = [quick_reply(words) for words in ("Very good", "Good", "Could be better")]


def count(state: State) -> State:
    not_asked = len(state["failed"])
    return {"data": {}, "asked": state["visits"] - not_asked, "not_asked": not_asked}


fn(lambda state: {**state, "visits": len(state["data"])})
try_each(
    state.data,
    send_text(
        state.data.psid,
        f"Hello {state.data.first_name}, thank you for your visit on {state.data.day:%A}. How was it?",
        quick_replies=answers,
    ),
)
fn(count)
