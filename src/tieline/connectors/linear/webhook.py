"""Linear webhook: nothing comes in; how Linear signs and shapes its deliveries goes out."""

from datetime import timedelta

from tieline.model.inbound.signature import Acknowledgement, EventShape, HmacScheme, WebhookScheme
from tieline.model.inbound.signed_content import BodyTime, SingleSignature, TimeUnit

# Checked 2026-11-21. Linear asks receivers for this tolerance. The delivery id is not signed,
# so the time inside the body is what stops a replay. Only 200 counts as taken
# (as known in 2025).
LINEAR = WebhookScheme(
    name="linear",
    schemes=(
        HmacScheme(
            place=SingleSignature("Linear-Signature"),
            time=BodyTime("webhookTimestamp", TimeUnit.MILLISECONDS),
            tolerance=timedelta(seconds=60),
        ),
    ),
    shape=EventShape(
        type_path=("type", "action"),
        type_header="Linear-Event",
        id_header="Linear-Delivery",
        data_path="data",
    ),
    docs="https://linear.app/developers/webhooks",
    acknowledgement=Acknowledgement(200),
)
