"""The table of decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "decisions",
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


def downgrade() -> None:
    """Refuse: decisions are never thrown away."""
    raise NotImplementedError("the first version has none before it")
