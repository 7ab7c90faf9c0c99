"""Tell everybody who asked for it that the clinic is closed: each exactly once, whatever happens on the way."""

from pathlib import Path

from adaptor import broadcast, fn_if, send_text, send_utility, state

HERE = Path(__file__).parent

broadcast(
    HERE / "people.csv",
    fn_if(
        state.data.consented == "yes",
        fn_if(
            state.data.wrote_today == "yes",
            send_text(state.data.psid, f"Hello {state.data.first_name}, we are closed on {state.closed_on:%d %B}."),
            else_=send_utility(state.data.psid, "clinic_closed", [state.data.first_name, f"{state.closed_on:%d %B}"]),
        ),
    ),
    skip=HERE / "unsubscribed.csv",
)
