"""Asked path and own headers: what an author writes names one place, and nothing goes out twice."""

import pytest

from tieline.model.base.errors import ArgumentRefused
from tieline.model.calls.auth import ApiKey, Auth, Bearer, NoAuth
from tieline.rules.outbound.asked_path import asked_path
from tieline.rules.outbound.own_headers import own_headers

BASE = "https://api.acme.example/v1"


@pytest.mark.parametrize(
    ("path", "is_template", "meant"),
    [
        ("/orders", False, "/orders"),
        ("/orders/{id}", True, "/orders/{id}"),
        ("/orders?q={}", False, "/orders?q={}"),
        (f"{BASE}/orders?page=2", False, "/orders?page=2"),
        (f"{BASE}?page=2", False, "/?page=2"),
    ],
)
def test_a_path_that_names_a_place_here(path: str, is_template: bool, meant: str) -> None:
    assert asked_path(path, BASE, is_template=is_template) == meant


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("https://evil.example/x", "a URL of 'evil.example', and this connection calls"),
        ("https://ana:pw@evil.example/x", "a URL of 'evil.example', and"),
        (f"{BASE}.evil.example/x", "connect that system with a base_url of its own"),
        (f"{BASE}2/x", "connect that system"),
        ("https://api.acme.example/v2/x", "connect that system"),
        ("//evil.example/x", "a URL of 'evil.example'"),
        ("orders?secret=1", "path 'orders' begins without a slash; write '/orders'"),
        ("", "write '/'"),
        ("/orders/{id}", "has the place {id}, and no value for it; give values={'id': …}"),
        ("/orders#1", "write %23"),
    ],
)
def test_one_that_does_not(path: str, said: str) -> None:
    with pytest.raises(ArgumentRefused) as refused:
        asked_path(path, BASE, is_template=False)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("name", "auth", "said"),
    [
        ("Host", Bearer(), "it follows from base_url"),
        ("Content-Length", NoAuth(), "leave it out"),
        ("Idempotency-Key", NoAuth(), "give key= to tell like calls of a run apart"),
        ("Authorization", Bearer(), "put it into the vault"),
        ("X-Api-Key", ApiKey("x-api-key"), "put it into the vault"),
        ("traceparent", NoAuth(), "by which a trace goes on"),
    ],
)
def test_what_the_hub_sends_itself(name: str, auth: Auth, said: str) -> None:
    with pytest.raises(ArgumentRefused) as refused:
        own_headers(
            {name: "secret-value"},
            auth=auth,
            has_credential=True,
            idempotency_header="Idempotency-Key",
        )

    assert said in str(refused.value)
    assert "secret-value" not in str(refused.value)


def test_the_authors_own_headers() -> None:
    given = {"Authorization": "x", "X-A": "1"}

    found = own_headers(given, auth=Bearer(), has_credential=False, idempotency_header=None)

    assert found == (("authorization", "x"), ("x-a", "1"))
    with pytest.raises(ArgumentRefused, match="is of type int; a header is a text"):
        own_headers({"n": 5}, auth=NoAuth(), has_credential=False, idempotency_header=None)  # type: ignore[dict-item]
