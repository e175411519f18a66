"""Who may be meant by what someone typed, and the page of a client."""

import duckdb
import pytest

from etl.build import build
from etl.lookup import LIKELY, likely_clients
from etl.tables import create_tables

CLIENTS = {
    "ann.lee@shop.example": "Ann Lee",
    "jo.berg@shop.example": "Jo Bergström",
    "jo.berg@gmail.com": None,
    "info@shop.example": "Support",
    "karl@shop.example": "Karl Xu",
}


@pytest.fixture(scope="module")
def snapshot():
    """A connection with the few facts that are searched: Karl has bought, and was asked for from another address."""
    with duckdb.connect(config={"threads": "1"}) as raw:
        create_tables(raw)
        fill(raw)
        yield raw


def fill(raw: duckdb.DuckDBPyConnection) -> None:
    raw.execute("insert into raw.clock values (timestamp '2026-03-09 07:00:00')")
    for address, name in CLIENTS.items():
        raw.execute("insert into raw.clients (client_email, name) values (?, ?)", [address, name])
    raw.execute(
        "insert into raw.purchases (purchase_id, client_email, product_id, licence_key, purchased_at) "
        "values ('P7', 'karl@shop.example', 'p', 'KEY', timestamp '2026-03-01 07:00:00')"
    )
    raw.execute(
        "insert into raw.tickets (ticket_id, client_email, licence_key, opened_at) "
        "values ('1', 'office@karl.example', 'KEY', timestamp '2026-03-02 07:00:00')"
    )
    wanted = {"facts.clients", "facts.buyers", "facts.openings", "facts.named_buyers", "facts.addresses"}
    raw.execute("create table facts.purchases as select purchase_id, client_email as client_id from raw.purchases")
    build(raw, wanted=wanted)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (" ANN.LEE+news@shop.example ", [("ann.lee@shop.example", "the same address but for a tag, dots or hyphens")]),
        ("annlee@shop.example", [("ann.lee@shop.example", "the same address but for a tag, dots or hyphens")]),
        ("ann.lee@mail.example", [("ann.lee@shop.example", "the address spells their name")]),
        ("jo bergström", [("jo.berg@shop.example", "the same name")]),
        ("JO BERGSTROM", [("jo.berg@shop.example", "the same name")]),
        ("bergstr", [("jo.berg@shop.example", "the name has it")]),
        (
            "jo.berg@other.example",
            [
                ("jo.berg@shop.example", "the same before the @, at another domain"),
                ("jo.berg@gmail.com", "the same before the @, at another domain"),
            ],
        ),
        ("karm@shop.example", [("karl@shop.example", "one or two letters differ")]),
        ("jo.b", [("jo.berg@gmail.com", "the address begins so"), ("jo.berg@shop.example", "the address begins so")]),
        ("p7", [("karl@shop.example", "purchase P7 is theirs")]),
        ("office@karl.example", [("karl@shop.example", "ticket 1 of this client names a purchase of theirs")]),
        ("nobody@nowhere.example", []),
        ("jo", []),
        ("", []),
        ("'; drop table facts.clients; --", []),
    ],
)
def test_whom_an_address_a_name_or_a_purchase_may_stand_for(typed, expected, snapshot):
    assert [(client.client_id, client.ground) for client in likely_clients(snapshot, typed)] == expected


def test_a_client_is_not_likely_to_be_themselves_and_buyers_alone_can_be_asked_for(snapshot):
    found = likely_clients(snapshot, "jo.berg@shop.example")
    assert [client.client_id for client in found] == ["jo.berg@gmail.com"]
    assert likely_clients(snapshot, "jo.berg@shop.example", buyers=True) == []
    assert [client.client_id for client in likely_clients(snapshot, "p7", buyers=True)] == ["karl@shop.example"]


def test_the_likeliest_few_are_named(snapshot):
    snapshot.execute("begin")
    for number in range(LIKELY + 3):
        snapshot.execute("insert into facts.buyers values (?)", [f"mia{number}@shop.example"])
    found = likely_clients(snapshot, "mia")
    snapshot.execute("rollback")
    assert [client.client_id for client in found] == [f"mia{number}@shop.example" for number in range(LIKELY)]
