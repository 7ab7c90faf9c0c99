"""Say hello to one person: adaptor run examples/hello/job.py -s examples/hello/state.json --sandbox."""

from adaptor import quick_reply, send_text, state

greeting = f"Hello {state.data.name}, how are you?"
send_text(state.data.psid, greeting, quick_replies=[quick_reply("Well"), quick_reply("Not so well")])
