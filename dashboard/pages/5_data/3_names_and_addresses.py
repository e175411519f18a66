"""Which names match nothing, and what do they stand for?

Reads reports.unmatched_products and reports.product_suggestions (what an export calls a product),
reports.unmatched_addresses and reports.address_suggestions (who asks and never bought).
"""

import streamlit as st

from dashboard.parts import ADDRESSES, PRODUCTS, head, match, pending, rows

head("Names and addresses", "Which names match nothing, and what do they stand for?")
st.caption(
    "Nothing is merged by likeness. What you accept is written to your alias files, `product_aliases.csv` and "
    "`aliases.csv`, which every load reads; what you turn down is not suggested again."
)
pending()

st.subheader("Product names", anchor=False)
if rows("facts.products", limit=1).empty:
    st.info(
        "No list of products is loaded, so there is nothing to compare with. Load products.csv: product_id, product_name."
    )
else:
    match(PRODUCTS)

st.subheader("Clients who ask but never bought", anchor=False)
if rows("facts.buyers", limit=1).empty:
    st.info(
        "No purchase is loaded, so nobody is known to have bought. Load an export of your shop or payment processor."
    )
else:
    match(ADDRESSES)
