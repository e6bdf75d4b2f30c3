"""Where a contract may mark a field sensitive, and what it must not be as well."""

from typing import Annotated

from pydantic import AliasChoices, AliasPath, BaseModel, Field

from tieline import Contract, Key, Sensitive
from tieline.authoring.contract import spec_of


class Card(BaseModel):
    """A plain model inside a contract."""

    cvc: Annotated[str, Sensitive]
    owner: "Person | None" = None


class Person(BaseModel):
    """One that refers to itself."""

    tax_id: Annotated[str | None, Sensitive()] = None
    partner: "Person | None" = None


class Order(Contract, name="marked.order", version=1):
    """Marks in every place."""

    order_id: Annotated[str, Key]
    email: Annotated[str, Sensitive]
    phone: Annotated[str, Sensitive] | None = None
    secret_note: Annotated[str, Sensitive] = Field(default="", alias="note")
    iban: Annotated[str, Sensitive] = Field(
        default="", validation_alias=AliasChoices("bank_account", AliasPath("bank", "iban_code"))
    )
    cards: list[Card]
    by_name: dict[str, Person]


class Contact(Contract, name="marked.contact", version=1):
    """What people search for, and must not see."""

    email: Annotated[str, Key, Sensitive]


def test_every_name_of_a_sensitive_field_is_known_however_deep_it_stands() -> None:
    assert spec_of(Order).sensitive == {
        "email",
        "phone",
        "secret_note",
        "note",
        "iban",
        "bank_account",
        "iban_code",
        "cvc",
        "tax_id",
    }


def test_a_key_may_be_sensitive() -> None:
    spec = spec_of(Contact)

    assert spec.keys == (("email", "email"),)
    assert spec.sensitive == {"email"}
