"""One client looked up: who is meant, what they are entitled to today, and who else may be meant.

What is typed is an address, the one on the mail. Another address of the client that the desk has
stated leads to the client; nothing else is taken for someone, only named as likely.
"""

import streamlit as st

from dashboard.parts.clauses import one_line, plain
from dashboard.parts.frame import page_path, tab_title
from dashboard.parts.shown import badge, say_if_old
from dashboard.parts.warehouse import current, desk, rows
from dashboard.parts.words import RIGHTS, said
from etl.lookup import likely_clients
from etl.people import is_masked, masked, person

COLOURS = {"pass": "green", "exempt": "gray", "open": "blue", "unknown": "gray", "fail": "orange"}


def look_up() -> None:
    """Draw the field to look a client up by and, of the one the address of the page names, what they are entitled to."""
    asked = st.query_params.get("client", "").strip()
    _ask(asked)
    if not asked:
        return
    with st.container(border=True):
        client = _found(asked)
        if client is None:
            _say_nobody(asked)
            return
        name = f"**{plain(person(client.client_name))}** " if isinstance(client.client_name, str) else ""
        st.markdown(f"{name}{_written(client.client_id)}")
        if rows("reports.client_rights", client_id=client.client_id).empty:
            nothing_known(client)
        else:
            entitled(client.client_id)
        way_to_client(client.client_id, "Every condition, purchase and ticket of this client")


def way_to_client(client_id: object, label: str = "What this client is entitled to today") -> None:
    """Draw the way to the page of a client, if there is one to lead to and people are not masked."""
    # The address of that page would tell who is masked.
    if isinstance(client_id, str) and client_id and not is_masked():
        st.page_link(
            page_path("client"),
            label=label,
            icon=":material/person_search:",
            query_params={"client": client_id},
        )


def client_head():
    """Open the page of the client that the address names, and return their row of reports.client_facts.

    Ends the page with a way on when nobody is named, or nobody known by that address.
    """
    asked = st.query_params.get("client", "").strip()
    client = _found(asked) if asked else None
    about = desk()
    if client is None:
        st.title("Client", anchor=False)
        st.caption(
            f"{badge()}What is a client entitled to today, and why?  \n"
            f"as of {about.as_of_text} {about.timezone} · snapshot {current().name}"
        )
        if asked:
            _say_nobody(asked)
        else:
            st.info("The address of this page names no client.")
        _ask(asked)
        st.stop()
    # An address as a title would become a link to write mail by.
    name = person(client.client_name) if isinstance(client.client_name, str) else "Client"
    st.set_page_config(page_title=tab_title(name))
    st.title(plain(name), anchor=False)
    st.caption(
        f"{badge()}What is this client entitled to today, and why?  \n"
        f"{_written(client.client_id)} · as of {about.as_of_text} {about.timezone} · snapshot {current().name}"
    )
    say_if_old()
    if isinstance(client.alias_text, str):
        aliases = ", ".join(_written(address) for address in client.alias_text.split(", "))
        st.caption(f"Writes as {aliases} too: so the desk's alias files say.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if isinstance(client.client_link, str):
            st.link_button("Open in the help desk", client.client_link, icon=":material/open_in_new:")
        with st.popover("Look up another", icon=":material/search:"):
            _ask()
    return client


def _written(address: str) -> str:
    """Return an address as it is written, for Markdown: as plain text it would become a link to write mail by."""
    return f"`{one_line(masked(address)).replace('`', '')}`"


def _found(asked: str):
    """Return the row of reports.client_facts an address stands for: that of its alias chain, else its own; or None."""
    for written in dict.fromkeys((asked, asked.lower())):
        alias = rows("facts.addresses", alias_email=written)
        found = rows("reports.client_facts", client_id=written if alias.empty else alias.client_id.iloc[0])
        if not found.empty:
            return next(found.itertuples())
    return None


def _ask(asked: str = "") -> None:
    with st.form("look_up", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input(
            "Look up a client by address",
            value=asked,
            placeholder="name@example.com",
            help="What they are entitled to today, product by product, with every condition. Part of a name, or the "
            "number of a purchase, finds whom it may be.",
            width=360,
        )
        if st.form_submit_button("Look up", icon=":material/search:") and wanted.strip():
            _go_to(wanted.strip())


def _go_to(asked: str) -> None:
    """Show another client on the page there is; a link to the same page would leave its address as it was."""
    st.query_params["client"] = asked
    st.rerun()


def _say_nobody(asked: str) -> None:
    """Say that nobody is known by an address, and name those who may be meant."""
    known = "was known by then" if current().is_replay else "is known in this snapshot"
    st.info(f"Nobody {known} by {_written(asked)}: no purchase, no ticket, no registration and no ban.")
    likely(asked)


def nothing_known(client) -> None:
    """Say why nothing is known of what a client is entitled to, and what would tell."""
    if client.has_bought:
        st.info(
            "Nothing is known of what they are entitled to: no purchase of theirs names its product and its day. "
            "Load purchases with product_id and purchased_at."
        )
        return
    st.info(
        "Unknown: nothing was bought under this address, nor under any other that the desk says is theirs. "
        "The buyer's address is often another one."
    )
    likely(client.client_id, buyers=True)
    st.page_link(page_path("names_and_addresses"), label="Say which addresses are one client's", icon=":material/link:")


def likely(asked: str, buyers: bool = False) -> None:
    """Name who may be meant by an address (with `buyers`, who of them bought), each with the ground, or say nobody is."""
    found = current().read(lambda con: likely_clients(con, asked, buyers=buyers))
    if not found:
        st.caption("Nobody like it was found" + (" among those who bought." if buyers else "."))
        return
    st.caption("Likely matches. Nothing is taken for granted: whoever looks decides.")
    for place, client in enumerate(found):
        named = person(client.client_name) if client.client_name else ""
        text = " · ".join(filter(None, (masked(client.client_id), named)))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            # The address of a page would tell who is masked.
            if is_masked():
                st.text(text)
            elif st.button(plain(text), type="tertiary", key=f"likely_{place}"):
                _go_to(client.client_id)
            st.caption(plain(masked(client.ground)), width="stretch")


def entitled(client_id: str) -> None:
    """Draw in one line per product what a client is entitled to today: support and until when, updates, a refund."""
    for _, product in rows("reports.client_rights", client_id=client_id).groupby("product_id", sort=False):
        name, badges = st.columns([1, 4], vertical_alignment="center", gap="small")
        name.markdown(f"**{plain(product.product_name.iloc[0])}**")
        with badges.container(horizontal=True, gap="small"):
            for right in product.itertuples():
                text = said(right.verdict, RIGHTS[right.right_code])
                until = f" until {right.until_text}" if right.verdict == "pass" and right.until_text else ""
                st.badge(f"{text}{until}", color=COLOURS[right.verdict])
