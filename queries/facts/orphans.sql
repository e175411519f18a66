-- Rows that point at something no file has brought, by the column that points.
-- One row per table_name, column_name

select
    table_name,
    column_name,
    linked_table,
    orphan_count
from raw.orphans
where orphan_count > 0
