"""Credentials that a run would refuse: found without running it."""

from __future__ import annotations

import os

from ...core.config import read_configuration
from ...core.errors import ConfigurationError, InputError
from ...graph.operation import GraphOperation
from ..hints.credentials import explain
from ..load.operations import operations_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..load.credentials import Credentials
    from ..load.workflows.plan import Plan, Step


def refused_credentials(plan: Plan, credentials: Credentials) -> list[InputError]:
    """Return a problem for each credential that a run would refuse before it sends anything.

    Args:
        plan: The plan, with its jobs loaded.
        credentials: The configurations. Without a file of them a run may be given another one, so that only addresses
            are looked at.
    """
    found: dict[str, InputError] = {}
    # Where they name several Pages, which of them a step uses is known when its run begins.
    for chosen in [credentials.for_page(page) for page in credentials.pages] or [credentials]:
        for step in plan.steps.values():
            try:
                configuration = chosen.configuration(plan, step)
                if chosen.path is not None and _calls_graph(step):
                    read_configuration(configuration)
            except ConfigurationError as error:
                explain(error, chosen.parts(plan, step, None), os.path.dirname(plan.file or ""))
                found.setdefault(str(error), InputError(error.description, fix=error.fix))
            except InputError as error:
                found.setdefault(str(error), error)
    return list(found.values())


def _calls_graph(step: Step) -> bool:
    job = step.job
    return job is not None and any(isinstance(one, GraphOperation) for one in operations_in(job.operations))
