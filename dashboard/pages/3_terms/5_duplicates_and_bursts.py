"""Which tickets are about one issue, which of them was closed first, and who writes in bursts?

Reads reports.duplicate_totals, duplicate_list and duplicate_changes (one row per pair; the latter per limit, too),
duplicates_by_limit, ticket_texts, burst_list and shared_mailboxes.
"""

import streamlit as st

from dashboard.parts import (
    Column,
    Tile,
    ask_limit,
    chart,
    charts,
    chosen,
    figures,
    head,
    rows,
    side_by_side,
    table,
    way_to_trial,
    words,
)

head("Duplicates and bursts", "Which tickets are about one issue, which was closed first, and who writes in bursts?")
filters = chosen()

figures(
    "reports.duplicate_totals",
    {
        "pair_count": Tile(
            "Pairs about one issue",
            words.filled(
                "Two tickets of one client and product, opened within {duplicate.window}, the older still open when the "
                "newer came: by the help desk's word or by their texts; by the newer one's opening"
            ),
            "4.7",
        ),
        "newer_closed_count": Tile(
            "The newer closed first",
            "Pairs whose newer ticket was closed first, where the terms close the older",
            "4.7",
        ),
        "both_open_count": Tile("Both still open", "Pairs of which neither ticket was closed since", "4.7"),
        "burst_count": Tile(
            "Bursts of posts",
            words.filled(
                "{post_burst.posts} or more posts of a client within {post_burst.window} in one ticket, without a word of "
                "the desk between; by the ticket's opening"
            ),
            "5.4",
        ),
    },
)

st.subheader("Pairs side by side", anchor=False)
left, right = st.columns([11, 9], gap="medium")
with left:
    verdict = st.segmented_control(
        "Only",
        ["fail", "open", "unknown", "pass"],
        format_func=words.VERDICTS.get,
        key="pair",
        bind="query-params",
    )
with right:
    basis = st.segmented_control(
        "Found by", list(words.PAIR_BASES), format_func=words.PAIR_BASES.get, key="basis", bind="query-params"
    )
PAIR_COLUMNS = {
    "older_ticket_id": Column("Older ticket"),
    "newer_ticket_id": Column("Newer ticket"),
    "client_name": Column("Client", form="person"),
    "product_name": Column("Product"),
    "newer_opened_on": Column("Newer opened", form="day"),
    "similarity_share": Column("Similarity", form="percent"),
    "shared_text": Column("Both say", form="sentence"),
}
side_by_side(
    "pairs",
    "reports.duplicate_list",
    lambda pair: f"{words.VERDICTS[pair.verdict].capitalize()}: {pair.reason}",
    {
        "reason": Column("Why", form="sentence"),
        "verdict": Column("Verdict", words=words.VERDICTS),
        "basis": Column("Found by", words=words.PAIR_BASES),
        **PAIR_COLUMNS,
    },
    where={name: value for name, value in {"verdict": verdict, "basis": basis}.items() if value},
    note="those not met first, newest first; by the opening of the newer ticket",
    clause="4.7",
    empty="No such pair in this period. Choose a longer one, or take a filter away, to see more.",
)

st.subheader("Another limit", anchor=False)
limits = rows("reports.duplicates_by_limit", filters)
limit = ask_limit(limits)
chart(
    "duplicates_by_limit",
    limits,
    lambda: charts.by_limit(limits, limit),
    alt_text="Bars of the pairs that the texts would make, by the least similarity asked for, and whether the help desk "
    "names them too",
    note="the limit chosen is drawn in full; the fewer the texts find alone and the more the help desk names too, the "
    "better the limit; by the opening of the newer ticket",
    clause="4.7",
    empty="No two texts of one client and product are similar in this period.",
    counts=("named_count", "text_count"),
)
change = st.segmented_control(
    "Show",
    list(words.PAIR_CHANGES),
    default="new",
    format_func=words.PAIR_CHANGES.get,
    key="change",
    bind="query-params",
    required=True,
)
side_by_side(
    f"pairs_{change}",
    "reports.duplicate_changes",
    lambda pair: words.PAIR_CHANGES[pair.change_code].capitalize(),
    PAIR_COLUMNS,
    where={"limit_share": limit, "change_code": change},
    note=f"with a limit of {words.percent(limit)}, those nearest to it first; by the opening of the newer ticket",
    clause="4.7",
    empty=f"None with a limit of {words.percent(limit)}. Move the slider to see what another would change.",
)
way_to_trial(limit)

st.subheader("Bursts of posts", anchor=False)
table(
    "bursts",
    "reports.burst_list",
    {
        "reason": Column("Why", form="sentence", width=470, narrow=True),
        "first_said_at": Column("First post", form="instant"),
        "post_count": Column("Posts", form="%d", width=52),
        "ticket_id": Column("Ticket", narrow=True),
        "client_name": Column("Client", form="person", narrow=True),
        "clause": Column("Clause", width=56),
        "ticket_link": Column("Link", form="link"),
    },
    filters=filters,
    within="opened_on",
    note="newest first; by the opening of the ticket",
    clause="5.4",
    empty="No client wrote in bursts in this period. Choose a longer one to see more.",
    rows_shown=10,
)

st.subheader("Shared mailboxes", anchor=False)
table(
    "shared_mailboxes",
    "reports.shared_mailboxes",
    {
        "client_name": Column("Client", form="person", width=220, narrow=True),
        "product_name": Column("Product", width=160),
        "most_ticket_count": Column(
            words.filled("Most tickets in {duplicate.window}"), form="thousands", width=150, narrow=True
        ),
        "crowded_ticket_count": Column("Tickets compared in part", form="thousands", width=160, narrow=True),
        "first_on": Column("First", form="day"),
        "last_on": Column("Latest", form="day"),
    },
    note=words.filled(
        "more than {duplicate.mailbox} tickets of one product within {duplicate.window}; each is compared with the "
        "{duplicate.compared} before it that share most words, not with all; whatever the period and filters"
    ),
    clause="4.7",
    empty="No client writes as many tickets about one product as a shared mailbox does.",
    opens=None,
)
