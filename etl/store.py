"""The store of decisions: one table in any database SQLAlchemy speaks, to which rows are only ever added.

Nothing is changed or removed: taking a decision back is a decision too. Each has its turn among those about
its subject, and no two may have the same, so of two people who decide at once the second is told of the
first, on every database alike. The schema's versions are Alembic's, in etl/store/versions.
"""

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from etl.decisions import Decision, DecisionError, file_of
from etl.people import person

SCRIPTS = Path(__file__).with_suffix("")
NEWEST = max(path.stem for path in (SCRIPTS / "versions").glob("[0-9]*.py")).partition("_")[0]
VERSIONS = "decisions_version"  # the table of the schema's version: the database may hold others' tables

METADATA = sa.MetaData()
DECISIONS = sa.Table(
    "decisions",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(500), nullable=False),
    sa.Column("turn", sa.Integer, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("decision", sa.String(40), nullable=False),
    sa.Column("actor", sa.String(200), nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("decided_at", sa.DateTime, nullable=False),
    sa.Column("holds_from_at", sa.DateTime, nullable=False),
    sa.Column("is_sample", sa.Boolean, nullable=False),
    sa.UniqueConstraint("kind", "subject", "turn", name="one_decision_a_turn"),
    sqlite_autoincrement=True,
)


def read(url: str) -> list[Decision]:
    """Return every decision, the first one first; none from a database that has none yet. Raises DecisionError."""
    try:
        with _engine(url).connect() as connection:
            if _version(connection) is None:
                return []
            _upgrade(connection)
            return [_decision(row) for row in connection.execute(sa.select(DECISIONS).order_by(DECISIONS.c.number))]
    except sa.exc.SQLAlchemyError as error:
        raise _problem(url, error) from error


def add(
    url: str,
    kind: str,
    subject: str,
    decision: str,
    *,
    actor: str,
    holds_from_at: datetime,
    is_sample: bool,
    evidence: tuple[str, ...] = (),
    note: str | None = None,
    seen: int = 0,
) -> Decision:
    """Keep a decision and return it.

    `seen` is how many about this subject the person knew of. Raises DecisionError, and keeps nothing, when
    somebody decided meanwhile, without an actor, and when the store cannot be written.
    """
    if not actor.strip():
        raise DecisionError("a decision needs the name of who makes it")
    row = {
        "kind": kind,
        "subject": subject,
        "turn": seen + 1,
        "evidence": list(evidence),
        "decision": decision,
        "actor": actor.strip(),
        "note": (note or "").strip() or None,
        "decided_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        "holds_from_at": holds_from_at,
        "is_sample": is_sample,
    }
    if file := file_of(url):
        file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _engine(url).connect() as connection:
            _upgrade(connection)
            about = (DECISIONS.c.kind == kind) & (DECISIONS.c.subject == subject)
            try:
                with connection.begin():
                    (number,) = connection.execute(sa.insert(DECISIONS).values(row)).inserted_primary_key
            except sa.exc.IntegrityError:
                newest = sa.select(DECISIONS).where(about).order_by(DECISIONS.c.turn.desc()).limit(1)
                other = _decision(connection.execute(newest).one())
                raise DecisionError(
                    f"{person(other.actor)} decided this meanwhile ({other.decision.replace('_', ' ')}, "
                    f"{other.decided_at:%Y-%m-%d %H:%M} UTC); nothing was changed"
                ) from None
            return _decision(connection.execute(sa.select(DECISIONS).where(DECISIONS.c.number == number)).one())
    except sa.exc.SQLAlchemyError as error:
        raise _problem(url, error) from error


def _engine(url: str) -> sa.Engine:
    """Return an engine that connects anew each time: decisions are few, and a connection kept may be dead."""
    try:
        return sa.create_engine(url, poolclass=sa.pool.NullPool)
    except sa.exc.ArgumentError as error:
        raise DecisionError(
            "DECISIONS is no URL of a database; write it like postgresql+psycopg://user@host/name"
        ) from error
    except ImportError as error:
        raise DecisionError(f"DECISIONS: the driver {error.name} is not installed; pip install {error.name}") from error


def _version(connection: sa.Connection) -> str | None:
    """Return the version of the schema, None before there is one."""
    if not sa.inspect(connection).has_table(VERSIONS):
        return None
    return connection.scalar(sa.text(f"select version_num from {VERSIONS}"))


def _upgrade(connection: sa.Connection) -> None:
    """Bring the schema to its newest version, if it is not there. Raises DecisionError for one that is newer still."""
    version = _version(connection)
    connection.rollback()  # looking has begun a transaction
    if version == NEWEST:
        return
    if version is not None and version > NEWEST:
        raise DecisionError(
            f"the store of decisions is of version {version}, this product knows up to {NEWEST}; update the product"
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _decision(row: sa.Row) -> Decision:
    found = row._asdict()
    del found["turn"]
    return Decision(**found | {"evidence": tuple(found["evidence"])})


def _problem(url: str, error: sa.exc.SQLAlchemyError) -> DecisionError:
    place = sa.make_url(url).render_as_string(hide_password=True)
    reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    return DecisionError(f"the store of decisions at {place} cannot be used: {reason}")
