"""The filters that pages and exports share: period, product, agent, channel, eligibility.

They live in the address of the page, so a link shows its reader the same numbers. An address is
written by anyone: what arrives here is bound as a parameter, never put into SQL text.
"""

from dataclasses import dataclass
from datetime import date

EVERYTHING, CHOSEN_DAYS = "Everything loaded", "Chosen days"
# The last so many days, the day of as_of included; None is everything loaded.
PERIODS = {
    "Last 4 weeks": 28,
    "Last 13 weeks": 91,
    "Last 26 weeks": 182,
    "Last 52 weeks": 364,
    EVERYTHING: None,
    CHOSEN_DAYS: None,
}
DEFAULT_PERIOD = "Last 13 weeks"
CHOICES = {"product": "product_id", "agent": "agent_id", "channel": "channel_code", "eligible": "eligibility_code"}


@dataclass(frozen=True)
class Filters:
    """What the reader chose. An empty tuple filters nothing; "" stands for "not stated"."""

    period: str = DEFAULT_PERIOD
    from_on: date | None = None
    until_on: date | None = None
    product: tuple[str, ...] = ()
    agent: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    eligible: tuple[str, ...] = ()

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The choices that narrow the tickets, by name."""
        return {name: getattr(self, name) for name in CHOICES if getattr(self, name)}

    def narrow(self, every: str) -> str:
        """Return the rows of a select that the choices leave: what a `filtered_` name stands for, with parameters."""
        # A test, not a join: below a join DuckDB reads all columns of all rows to show the first few.
        tests = [f"list_contains(${name}::varchar[], coalesce({CHOICES[name]}, ''))" for name in self.chosen]
        return f"select * from ({every}) where {' and '.join(tests)}" if tests else every

    def period_sql(self, whole: str) -> str:
        """Return the select that stands behind `chosen_period`: one row from_on, until_on, both included."""
        if self.period == CHOSEN_DAYS and self.from_on and self.until_on:
            return "select $from_on::date as from_on, $until_on::date as until_on"
        if days := PERIODS.get(self.period):
            return f"select until_on - {days - 1} as from_on, until_on from ({whole})"
        return whole

    def parameters(self) -> dict[str, object]:
        """Return every parameter the two selects may name."""
        return {"from_on": self.from_on, "until_on": self.until_on, **self.chosen}
