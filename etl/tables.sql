-- What a snapshot holds beside the canonical tables of tables.toml: its clock, its desk,
-- and the account of every file and record. The loader, the calendar and nobody else write here.

create schema raw;
create schema policy;
create schema facts;
create schema rules;
create schema patterns;
create schema reports;

-- Worst last, so that max(verdict) is the verdict of a group.
create type verdict as enum ('exempt', 'pass', 'open', 'unknown', 'fail');

-- One row: the instant every running clock is read at (UTC).
create table raw.clock (as_of_at timestamp not null);

-- One row: a short name of all text that decided what was built from these tables, so that a replay knows
-- whether what is stored is what it would make.
create table raw.product (text_code varchar not null);

-- One row: whose desk this is.
create table raw.desk (
    name varchar,
    timezone varchar not null,
    ticket_url varchar,             -- template with {ticket_id}
    client_url varchar,             -- template with {client_id}
    is_sample boolean not null,     -- the data that ships with the product
    left_of_sample_text varchar     -- entries of the desk file that are still the sample's, where the data is not
);

-- One row: the desk file as it was read, so that a replay lays out the same calendar around its own clock.
create table raw.desk_file (toml_text varchar not null);

-- One row per file ever loaded. rows = inserted + updated + unchanged + skipped + rejected.
create table raw.files (
    file_number integer not null,
    file_name varchar not null,
    dialect varchar not null,
    loaded_at timestamp not null,
    rows_count bigint not null,
    inserted_count bigint not null,
    updated_count bigint not null,
    unchanged_count bigint not null,
    skipped_count bigint not null,
    rejected_count bigint not null
);

-- One row per cell that made a record be refused.
create table raw.rejects (
    file_name varchar not null,
    record_number bigint not null,  -- 1 is the first record after the header
    column_name varchar,
    found_text varchar,
    reason varchar not null
);

-- One row per record that its dialect declares to be no data.
create table raw.skips (file_name varchar not null, record_number bigint not null, reason varchar not null);

-- One row per file under a loaded folder that no dialect fits.
create table raw.ignored (file_name varchar not null, reason varchar not null);

-- One row per decision of a person that the store of etl/decisions.py held when this was published.
create table raw.decisions (
    decision_number bigint not null,
    kind varchar not null,          -- what it is about: candidate, post, decision
    subject varchar not null,       -- which one
    evidence varchar[] not null,    -- the rows it was made on
    decision varchar not null,
    actor varchar not null,
    note varchar,
    decided_at timestamp not null,
    holds_from_at timestamp not null,   -- as-of of the snapshot it was made on
    is_sample boolean not null default false,   -- made on the data that ships with the product
    is_taken_back boolean not null default false    -- by a later one, which was not itself taken back
);

-- The desk's opening windows in UTC, half-open, merged, less maintenance.
create table raw.open_windows (opens_at timestamp not null, closes_at timestamp not null);

-- One row per local day of the desk: its first instant and the first instant after it, in UTC.
create table raw.local_days (
    day_on date not null,
    from_at timestamp not null,
    until_at timestamp not null,
    business_day_seconds bigint not null    -- of the week in force on that day
);

-- Why the desk was closed, or shut for a while, when its week says open.
create table raw.closures (from_at timestamp not null, until_at timestamp not null, kind varchar not null, name varchar);

-- The offset of the desk's zone from UTC, from each change on; the first row holds since the beginning.
create table raw.zone_offsets (from_at timestamp not null, offset_seconds bigint not null);

-- What the texts of two tickets were found to share, where a snapshot is judged again: in a published one, empty.
create table raw.compared_texts (
    older_ticket_id varchar not null,
    newer_ticket_id varchar not null,
    has_two_sites boolean not null,
    similarity_share double not null,
    shared_words varchar[] not null
);

-- Links to rows that no file has brought: such rows are kept and counted, never dropped.
create table raw.orphans (
    table_name varchar not null,
    column_name varchar not null,
    linked_table varchar not null,
    orphan_count bigint not null
);
