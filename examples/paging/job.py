"""Thank people for visits that another system reports, page by page, and remember how far it got:

adaptor test examples/paging        # the other system's answers are recorded in job.test.json
"""

from adaptor import State, as_, collections, http, operation, send_text, state, try_each

VISITS = "https://clinic.example/api/visits"

thank = try_each(
    state.page.visits,
    send_text(state.data.psid, f"Thank you for your visit, {state.data.first_name}.", key=state.data.id),
    fail=False,
)


@operation
def thank_page_by_page(state: State) -> State:
    """Ask for page after page; keep the cursor of each only when its people are served.

    A run that is killed begins with the page again, and `key` keeps anybody from being thanked twice.
    """
    while True:
        state = as_("page", http.get(VISITS, query={"after": state["cursor"]}))(state)
        state = thank(state)
        if not state["page"]["visits"]:
            return state
        state = {**state, "cursor": state["page"]["cursor"]}
        state = collections.set("cursors", "visits", state["cursor"])(state)


as_("cursor", collections.get("cursors", "visits", default="0"))
thank_page_by_page()
