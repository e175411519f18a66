"""A second, independent computation of the policy, and small nasty desks to compare it on.

Written from the text of the policy and its readings alone, in plain pandas: no SQL, nothing imported from etl/. Every
rule is a short function from frames to a frame, over all tickets of many desks at once (a frame's rows carry the number
of their desk). Where it and queries/ differ, one of the two misreads the text.

cells         text of an export -> typed rows, as a load keeps them
hours         desk files -> open windows, business seconds, due instants
terms         policy files -> the parameter in force at an instant
frames        what every rule does with frames
load          loads of many desks -> one frame per table
tickets       ... -> what happened: words, turns, closings, tickets
pairs         ... -> pairs of tickets about one issue
purchases     ... -> what purchases cover, and who asked for help about them
requirements  ... -> what a client must fulfil to be helped
rights        ... -> what 3.1, 3.2, 3.4 and 0.2 say of refunds, disputes and what clients may still ask for
versions      two versions of a product -> which is the newer
verdicts      ... -> rules and reports, as the contract has them
desks         seed -> a random desk
compare       the same load in DuckDB, and every cell that differs
hunt          many seeds, each difference shrunk to the smallest desk (a command, not a test)
"""
