"""Two lists of webhook fields, the adaptor's and the sandbox's, and the enum that Meta generates into its SDK."""

import pytest
from facebook_business.adobjects.page import Page

from adaptor.messenger.page.webhook_fields import WEBHOOK_FIELDS
from adaptor.sandbox.meta.webhook_fields import FIELDS, MESSAGING

# In the enum of every version, and no field: the specification fills a gap with it.
PLACEHOLDER = {"invalid_topic_placeholder"}
META = {value for name, value in vars(Page.SubscribedFields).items() if not name.startswith("_")}


@pytest.mark.parametrize("fields", [FIELDS, WEBHOOK_FIELDS], ids=["sandbox", "adaptor"])
def test_both_lists_agree_with_metas_own_sdk(fields):
    assert set(fields) == META - PLACEHOLDER
    assert len(fields) == len(set(fields))


def test_what_is_subscribed_by_default_is_known():
    assert set(MESSAGING) <= FIELDS
