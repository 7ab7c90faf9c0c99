"""Remind everybody who wants it of their appointment; who could not be reached is kept in `state.failed`."""

from adaptor import fn_if, quick_reply, send_text, state, try_each

try_each(
    state.data.appointments,
    fn_if(
        state.data.consented == "yes",
        send_text(
            state.data.psid,
            f"Hello {state.data.first_name}, see you on {state.data.day:%A %d %B}.",
            quick_replies=[quick_reply("I will come"), quick_reply("Move it")],
        ),
    ),
)
