"""Typed rows out of the text of an export in the house dialect: what a load keeps, and what it refuses."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
KEYS = {
    "clients": ("client_email",),
    "products": ("product_id",),
    "releases": ("product_id", "version"),
    "product_aliases": ("source_text",),
    "purchases": ("purchase_id",),
    "refunds": ("refund_id",),
    "chargebacks": ("chargeback_id",),
    "subscriptions": ("client_email", "list_code", "subscribed_at"),
    "tickets": ("ticket_id",),
    "posts": ("post_id",),
    "status_changes": ("ticket_id", "changed_at", "status_code"),
    "incidents": ("incident_id",),
    "bans": ("ban_id",),
    "aliases": ("alias_email",),
}
OPTIONAL_KEYS = {("subscriptions", "list_code"), ("subscriptions", "subscribed_at")}
ADDRESSES = {"client_email", "alias_email"}

Row = dict[str, object]
Tables = dict[str, list[Row]]


class RefusedError(Exception):
    """The row has a cell that cannot be read, or lacks one nothing can be judged without."""


def to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a local time: the first of two, the old offset in a gap [T1]."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC).replace(tzinfo=None)


def to_local(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the desk's wall clock at a UTC instant."""
    return instant.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a local day in UTC."""
    return to_utc(datetime.combine(day, time()), zone)


def instant(text: str, zone: ZoneInfo, is_end: bool = False) -> datetime:
    """Return the UTC instant a cell states, whole seconds [T2], a date alone by [T3]."""
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return start_of(day + timedelta(days=1) if is_end else day, zone)
        read = datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError as error:
        raise RefusedError(text) from error
    return read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo else to_utc(read, zone)


def value(column: str, text: str | None, zone: ZoneInfo) -> object:
    """Return the typed value of one cell; None when it is empty or not there [T9]."""
    if text is None or not text.strip():
        return None
    if column.endswith("_at"):
        return instant(text.strip(), zone, is_end=column == "support_until_at")
    if column.startswith(("is_", "has_")):
        if text.strip().lower() not in TRUTH:
            raise RefusedError(text)
        return TRUTH[text.strip().lower()]
    if column == "amount" or column.endswith("_amount"):
        return Decimal(text.strip())
    if column == "reopen_count":
        return int(text)
    if column in ADDRESSES:
        return text.strip().lower()
    if column in {"subject", "description", "body", "reason", "name", "note"}:
        return text
    return text.strip()


def typed(table: str, record: dict[str, str], zone: ZoneInfo) -> Row:
    """Return a record as a typed row, every column of the contract that it names. Raises RefusedError."""
    row = {column: value(column, text, zone) for column, text in record.items()}
    for column in KEYS[table]:
        if row.get(column) is None and (table, column) not in OPTIONAL_KEYS:
            raise RefusedError(column)
    if table == "tickets":
        if row.get("opened_at") is None:
            raise RefusedError("opened_at")
        for column in ("first_responded_at", "resolved_at", "closed_at"):
            if row.get(column) is not None and row[column] < row["opened_at"]:
                raise RefusedError(column)
    if table == "aliases" and row.get("client_email") is None:
        raise RefusedError("client_email")
    return row


def loaded(text_tables: dict[str, list[dict[str, str]]], zone: ZoneInfo) -> Tables:
    """Return what a load keeps of one export: refused rows gone, of two rows of one key the later."""
    kept: Tables = {}
    for table in KEYS:
        rows: dict[tuple, Row] = {}
        for record in text_tables.get(table, []):
            try:
                row = typed(table, record, zone)
            except RefusedError:
                continue
            rows[tuple(row.get(column) for column in KEYS[table])] = row
        kept[table] = list(rows.values())
    return kept
