"""Deliveries: a vouched-for request comes in; what it says happened, and for whom, goes out."""

from dataclasses import replace

from tieline.model.base.errors import PayloadRejected
from tieline.model.base.headers import Named
from tieline.model.base.ids import UNNAMED, TenantId
from tieline.model.base.payload import PayloadFault
from tieline.model.hub.flow import HubSpec, WebhookSource
from tieline.model.hub.tenant_rule import FieldTenant
from tieline.model.inbound.request import Inbound, RequestProblem
from tieline.model.inbound.signature import Verified
from tieline.pipeline.occurrences import (
    DeliveryBody,
    Occurrence,
    SourceShape,
    occurrences,
    shape_of,
    told,
    unread,
)
from tieline.ports.tenants import TenantBook
from tieline.rules.inbound.tenant import (
    NO_PROOF,
    TenantProof,
    WithoutTenant,
    nameless,
    tenant_of,
    unknown_tenant,
)

UNDATED = "its sending time stands in the body, which is no JSON"


class DeliveryReader:
    """Reads the deliveries of a hub's webhook sources, by what each source declares."""

    def __init__(self, hub: HubSpec, tenants: TenantBook) -> None:
        self._doors = hub.webhooks()
        self._tenants = tenants
        self._shapes: dict[str, SourceShape] = {}

    def door(self, source: str) -> WebhookSource | None:
        """The webhook source of this name, as it is declared now."""
        return self._doors.get(source)

    def read(
        self,
        door: WebhookSource,
        body: DeliveryBody,
        headers: Named,
        proof: TenantProof = NO_PROOF,
    ) -> list[Occurrence]:
        """Each event in a delivery. Raises PayloadRejected for a body that cannot be read."""
        shape = self._shape(door)
        rule = door.tenant
        if rule is None:
            return occurrences(shape, body, headers)
        found, parts, whole = told(shape, body, headers)
        found = [
            self._somebody(occurrence, tenant_of(rule, headers, (part, whole), proof))
            for occurrence, part in zip(found, parts, strict=True)
        ]
        # What nobody knows comes first: the receipt is of the first event, and is found by it.
        return sorted(found, key=lambda one: one.stranger is None)

    def found_in(
        self,
        door: WebhookSource,
        inbound: Inbound,
        received: DeliveryBody | RequestProblem,
        verdict: Verified,
        proof: TenantProof,
    ) -> tuple[list[Occurrence], PayloadRejected | None]:
        """Each event in a delivery; or the one that stands for a body which cannot be read, and
        why it cannot."""
        try:
            if isinstance(received, RequestProblem):
                raise PayloadRejected(PayloadFault.ENCODING, received.detail)
            if verdict.is_undated:
                raise PayloadRejected(PayloadFault.SYNTAX, UNDATED)
            return self.read(door, received, inbound.named, proof), None
        except PayloadRejected as error:
            return [self._unread(door, inbound.body, inbound.named, proof)], error

    def _unread(
        self, door: WebhookSource, raw: bytes, headers: Named, proof: TenantProof
    ) -> Occurrence:
        """What stands for a body that could not be read. A tenant that stands in it is not known
        before it is."""
        found = unread(self._shape(door), raw, headers)
        rule = door.tenant
        if rule is None:
            return found
        if isinstance(rule, FieldTenant):
            return replace(found, tenant=UNNAMED)
        return self._somebody(found, tenant_of(rule, headers, (), proof))

    def read_again(
        self, door: WebhookSource, body: DeliveryBody, headers: Named, tenant: TenantId
    ) -> list[Occurrence]:
        """The events of a delivery of *tenant* that was kept because it could not be read."""
        found = self.read(door, body, headers)
        if tenant == UNNAMED:
            return found
        return [replace(one, tenant=tenant, stranger=self._strange(tenant)) for one in found]

    def _shape(self, door: WebhookSource) -> SourceShape:
        shape = self._shapes.get(door.name)
        if shape is None:
            shape = self._shapes[door.name] = shape_of(door.scheme, door.limits)
        return shape

    def _somebody(self, occurrence: Occurrence, found: TenantId | WithoutTenant) -> Occurrence:
        if isinstance(found, WithoutTenant):
            return replace(occurrence, tenant=UNNAMED, stranger=nameless(found))
        return replace(occurrence, tenant=found, stranger=self._strange(found))

    def _strange(self, tenant: TenantId) -> str | None:
        return None if self._tenants.knows(tenant) else unknown_tenant(tenant)
