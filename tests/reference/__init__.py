"""A second, independent computation of the policy, and small nasty desks to compare it on.

Written from the text of the policy and its readings alone, in plain Python over lists of dicts, by
brute force: no SQL, no running totals, nothing imported from etl/. Where it and queries/ differ,
one of the two misreads the text.

cells     text of an export -> typed rows, as a load keeps them
hours     the desk file -> open windows, business seconds, due instants
terms     the policy file -> the parameter in force at an instant
model     one load at one as_of -> what happened: tickets, turns, pairs, purchases
versions  two versions of a product -> which is the newer
rights    ... -> what 3.1, 3.2 and 0.2 say of refunds, disputes and what clients may still ask for
verdicts  ... -> rules and reports, as rows
desks     seed -> a random desk
compare   the same load in DuckDB, and every cell that differs
hunt      many seeds, each difference shrunk to the smallest desk (a command, not a test)
"""
