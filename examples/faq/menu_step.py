from adaptor import as_, mark_seen, send_text, state

as_("seen", mark_seen(state.data.psid))
send_text(state.data.psid, "Hello, this is Sunrise Clinic. What would you like to know?", quick_replies=MENU)
