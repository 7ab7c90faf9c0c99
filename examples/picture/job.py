"""Send the picture of the month to everybody, by one upload:

adaptor run examples/picture/job.py --sandbox
"""

from pathlib import Path

from adaptor import broadcast, fn, send_image, state, upload_attachment

HERE = Path(__file__).parent

upload_attachment("image", HERE / "november.png")
fn(lambda state: {**state, "picture": state["data"]["attachment_id"]})
# Once ever for this month and person: a second run, even with a longer list, sends only what is new.
broadcast(HERE / "people.csv", send_image(state.data.psid, state.picture), key=f"2026-11:{state.data.psid}")
