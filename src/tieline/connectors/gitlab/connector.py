"""GitLab connector: nothing comes in; how GitLab's REST API is called goes out."""

from datetime import timedelta

from tieline.connectors.answer_failures import garbled
from tieline.connectors.gitlab.webhook import GITLAB
from tieline.model.calls.rate import Rate
from tieline.model.hub.connection import Connector

# GitLab.com takes 2,000 requests a minute from a user (as known in 2025); a server of one's own
# has the limits its administrator set. Personal, project and group tokens all go as Bearer.
gitlab = Connector(
    name="gitlab",
    base_url="https://gitlab.com/api/v4",
    rate=Rate(1_900, timedelta(minutes=1), burst=100),
    at_once=20,
    failed_inside=garbled,
    webhook=GITLAB,
    docs="https://docs.gitlab.com/api/rest/",
)
