from adaptor import quick_reply, send_text, state

send_text(
    state.data.psid,
    f"Hello {state.data.first_name}, your appointment is on {state.data.day:%A %d %B at %H:%M}.",
    quick_replies=[quick_reply("I will come"), quick_reply("Move it")],
)
