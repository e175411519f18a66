"""Who may be meant: the clients that what someone typed is likely to stand for, each with the ground.

What is typed is mostly an address with a slip in it, or another address of the same person; it may
also be a name, or the number of a purchase. Shown, never merged: whoever looks decides.
"""

from typing import NamedTuple

import duckdb

# Addresses are compared without tag, dots and hyphens, with a name in letters alone [X9]. Of a common ground, such as
# a first name, a few are no help among hundreds: at most LIKELY are named, the best grounds first.
LIKELY = 6
SEARCH = r"""
with asked as (
    select
        typed,
        split_part(typed, '@', 2) as domain,
        replace(replace(replace(split_part(split_part(typed, '@', 1), '+', 1), '.', ''), '-', ''), '_', '') as mailbox,
        replace(replace(replace(strip_accents(split_part(typed, '@', 1)), ' ', ''), '-', ''), '.', '') as letters
    from (select lower(trim($typed::varchar)) as typed)
),
known as (
    select client_id from facts.clients
    union
    select client_id from facts.buyers
    union
    select client_id from facts.openings where client_id is not null
),
people as materialized (
    select
        known.client_id,
        clients.name,
        split_part(known.client_id, '@', 2) as domain,
        replace(replace(replace(split_part(split_part(known.client_id, '@', 1), '+', 1), '.', ''), '-', ''), '_', '')
            as mailbox,
        replace(replace(replace(strip_accents(lower(clients.name)), ' ', ''), '-', ''), '.', '') as letters
    from known
    left join facts.clients as clients
        on clients.client_id = known.client_id
    where known.client_id <> lower(trim($typed::varchar))
),
grounds as (
    select client_id, 1 as place, 'purchase ' || purchase_id || ' is theirs' as ground
    from facts.purchases, asked
    where lower(purchase_id) = typed and client_id is not null
    union all
    select buyer_id, 2, 'ticket ' || ticket_id || ' of this client names a purchase of theirs'
    from facts.named_buyers, asked
    where client_id = typed
    union all
    select client_id, 3, 'the same address but for a tag, dots or hyphens'
    from people, asked
    where people.mailbox = asked.mailbox and people.domain = asked.domain
    union all
    select client_id, 4, case when asked.domain = '' then 'the same name' else 'the address spells their name' end
    from people, asked
    where length(asked.letters) >= 5 and people.letters = asked.letters
    union all
    select client_id, 5, 'the same before the @, at another domain'
    from people, asked
    where length(asked.mailbox) >= 4 and people.mailbox = asked.mailbox and people.domain <> asked.domain
        and asked.domain <> ''
    union all
    select client_id, 6, 'one or two letters differ'
    from people, asked
    where length(typed) >= 6
        and abs(length(people.client_id) - length(typed)) <= 2
        and levenshtein(people.client_id, typed) <= 2
    union all
    select client_id, 7, 'the address begins so'
    from people, asked
    where asked.domain = '' and length(typed) >= 3 and starts_with(people.client_id, typed)
    union all
    select client_id, 8, 'the name has it'
    from people, asked
    where asked.domain = '' and length(asked.letters) >= 3 and contains(people.letters, asked.letters)
)
select
    grounds.client_id,
    clients.name as client_name,
    arg_min(grounds.ground, grounds.place) as ground
from grounds
left join facts.clients as clients
    on clients.client_id = grounds.client_id
where not $buyers or exists (from facts.buyers where buyers.client_id = grounds.client_id)
group by
    grounds.client_id,
    clients.name
order by
    min(grounds.place),
    levenshtein(grounds.client_id, lower(trim($typed::varchar))),
    grounds.client_id
limit $count
"""


class Likely(NamedTuple):
    """A client who may be meant, and why."""

    client_id: str
    client_name: str | None
    ground: str


def likely_clients(con: duckdb.DuckDBPyConnection, typed: str, *, buyers: bool = False) -> list[Likely]:
    """Return the clients whom an address, a name or the number of a purchase may stand for, likeliest first.

    With `buyers` only those who bought something.
    """
    given = {"typed": typed, "buyers": buyers, "count": LIKELY}
    return [Likely(*row) for row in con.execute(SEARCH, given).fetchall()]
