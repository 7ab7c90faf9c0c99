"""Remind people of their appointments, each in the way that Messenger allows at this moment.

For 24 hours after a person's last message a Page may write freely: these people get a text with quick replies.
Everybody else gets a utility template, which Meta has approved beforehand.
"""

from pathlib import Path

from outcomes import NO_CONSENT, TEMPLATE, TEXT, outcome, prepare, summarise, table

from adaptor import WindowClosed, fn, fn_if, log, parse_csv, quick_reply, send_text, send_utility, state, try_each

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
        else_=outcome(NO_CONSENT),
    ),
    fail=False,  # the summary says who could not be reached
)
fn(summarise)
log(table)
