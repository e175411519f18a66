"""Exports in, one published DuckDB snapshot out: recognise, read, load, build, publish."""


class EtlError(Exception):
    """Something a person has to put right; the message says where, what, and what would do."""
