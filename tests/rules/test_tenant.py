"""Tenant: whose a delivery is stands where its source says; what is no name is nobody's."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline import Tenant
from tieline.model.base.headers import Named
from tieline.model.base.ids import TenantId
from tieline.model.hub.tenant_rule import TENANT_NAME, TenantRule
from tieline.rules.inbound.tenant import NO_PROOF, TenantProof, WithoutTenant, tenant_of

BODY: dict[str, Any] = {
    "account": "shop-a",
    "data": {"shop": {"id": 8812}},
    "events": [{"account": "shop-b"}],
}
HEADERS = Named((("x-shop", "shop-a"), ("x-twice", "a"), ("x-twice", "b"), ("x-odd", "a b")))


@pytest.mark.parametrize(
    ("rule", "documents", "proof", "tenant"),
    [
        (Tenant.field("account"), (BODY,), NO_PROOF, "shop-a"),
        (Tenant.field("data.shop.id"), (BODY,), NO_PROOF, "8812"),
        (Tenant.field("account"), (BODY["events"][0], BODY), NO_PROOF, "shop-b"),
        (Tenant.field("account"), ({"n": 1}, BODY), NO_PROOF, "shop-a"),
        (Tenant.header("X-Shop"), (), NO_PROOF, "shop-a"),
        (Tenant.secret(), (), TenantProof(secret=TenantId("shop-a")), "shop-a"),
        (Tenant.path(), (), TenantProof(path="shop-a"), "shop-a"),
    ],
    ids=["field", "number", "of the event", "of the body", "header", "secret", "path"],
)
def test_the_name_stands_where_the_source_says(
    rule: TenantRule, documents: tuple[object, ...], proof: TenantProof, tenant: str
) -> None:
    assert tenant_of(rule, HEADERS, documents, proof) == tenant


@pytest.mark.parametrize(
    ("rule", "document", "proof", "why"),
    [
        (Tenant.field("account"), {}, NO_PROOF, "the field 'account' is not there"),
        (Tenant.field("account"), {"account": ""}, NO_PROOF, "is not there"),
        (Tenant.field("account"), {"account": None}, NO_PROOF, "is not there"),
        (Tenant.field("account"), {"account": True}, NO_PROOF, "is not there"),
        (Tenant.field("account"), {"account": ["a"]}, NO_PROOF, "is not there"),
        (Tenant.field("account"), {"account": "-"}, NO_PROOF, "is no tenant's name; it is '-'"),
        (Tenant.field("account"), {"account": "a" * 65}, NO_PROOF, "use 1 to 64 letters"),
        (Tenant.field("a.b"), [1], NO_PROOF, "the field 'a.b'"),
        (Tenant.header("x-none"), BODY, NO_PROOF, "the header 'x-none' is not there"),
        (Tenant.header("x-twice"), BODY, NO_PROOF, "came twice"),
        (Tenant.header("x-odd"), BODY, NO_PROOF, "it is 'a b'"),
        (Tenant.secret(), BODY, NO_PROOF, "no tenant's own"),
        (Tenant.path(), BODY, NO_PROOF, "the path behind the source is not there"),
        (Tenant.path(), BODY, TenantProof(path="a/b"), "it is 'a/b'"),
    ],
)
def test_what_is_no_name_is_nobodys_and_says_why(
    rule: TenantRule, document: object, proof: TenantProof, why: str
) -> None:
    found = tenant_of(rule, HEADERS, (document,), proof)

    assert isinstance(found, WithoutTenant)
    assert why in found.why


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.just("account"), inner),
    max_leaves=5,
)


@given(document=JSON, path=st.text())
def test_whatever_comes_is_a_name_in_its_form_or_says_in_few_words_why_not(
    document: object, path: str
) -> None:
    for rule in (Tenant.field("account"), Tenant.path()):
        found = tenant_of(rule, HEADERS, (document,), TenantProof(path=path))
        if isinstance(found, WithoutTenant):
            assert len(found.why) < 500
            assert found.why.isprintable()
        else:
            assert TENANT_NAME.fullmatch(found)
