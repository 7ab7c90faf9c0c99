"""Tell people that their results have arrived, also when they have not written for a day:

    adaptor run examples/utility/job.py --sandbox

A utility template, which Meta has approved beforehand, may be sent at any time.
"""

from pathlib import Path

from adaptor import each, send_utility, state

each(
    Path(__file__).with_name("results.csv"),
    send_utility(
        state.data.psid,
        "results_ready",
        [state.data.first_name, f"{state.data.day:%A %d %B}"],
        key=state.data.sample,  # nobody is told twice of the same sample, across all runs
    ),
)
