"""Which of two versions is the newer one, as X1 compares them.

Plain Python, mapped over the pairs to compare: a version is a list of as many numbers as it has, which no column holds.
"""

import re


def numbers(version: str | None) -> tuple[list[int], bool] | None:
    """Return the numbers of a version without the zeros at its end, and whether no other suffix follows them.

    None where there is no number to compare.
    """
    found = re.match(r"\s*v?(\d+(?:[._-]\d+)*)(.*)", (version or "").lower(), re.S)
    if found is None:
        return None
    parts = [int(part) for part in re.split(r"[._-]", found[1])]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    return parts, not found[2].strip()


def is_newer(version: str, than: str) -> bool:
    """Tell whether a version is higher, number by number, one with a suffix before the same one without."""
    return numbers(version) > numbers(than)
