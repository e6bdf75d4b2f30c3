"""GitLab webhook: nothing comes in; how GitLab proves and shapes its deliveries goes out."""

from tieline.model.inbound.body import MEBIBYTE, BodyLimits
from tieline.model.inbound.signature import EventShape, TokenScheme, WebhookScheme
from tieline.rules.inbound.standard_webhooks import standard_hmac

SHAPE = EventShape(
    type_path="object_kind",
    type_header="X-Gitlab-Event",
    id_header="Idempotency-Key",
)
# Checked 2026-11-30. A payload of more than 25 MB is not sent.
LIMITS = BodyLimits(bytes=25 * MEBIBYTE, keys=1_000_000)
DOCS = "https://docs.gitlab.com/user/project/integrations/webhooks/"

# Checked 2026-11-21. The secret token travels with every request and says nothing about the
# body. Idempotency-Key (since 17.4) stays the same over retries.
GITLAB = WebhookScheme(
    name="gitlab",
    schemes=(TokenScheme("X-Gitlab-Token"),),
    shape=SHAPE,
    docs=DOCS,
    covers_body=False,
    limits=LIMITS,
)

# Checked 2026-11-21. A hook can have a signing token (whsec_…) instead, which
# follows Standard Webhooks; webhook-id equals Idempotency-Key and is part of what is signed.
GITLAB_SIGNED = WebhookScheme(
    name="gitlab-signed",
    schemes=(standard_hmac(),),
    shape=EventShape(type_path="object_kind", type_header="X-Gitlab-Event", id_header="webhook-id"),
    docs=DOCS,
    limits=LIMITS,
)
