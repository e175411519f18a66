-- For each version that tickets name, when the first release of its product was out, and the first higher one.
-- One row per product_id, version
--
-- Versions are compared number by number, a missing number is 0, and one with a suffix that is no
-- number comes before the same one without [X1]. A version without any number compares with none.

with versions as (

    select distinct
        product_id,
        version
    from facts.openings

),

releases as (

    select
        product_id,
        version,
        released_at
    from facts.releases

),

spelled as (

    select
        version,
        regexp_extract(lower(version), '^\s*v?(\d+([._-]\d+)*)', 1) as number_text,
        regexp_replace(lower(version), '^\s*v?\d+([._-]\d+)*', '') as suffix
    from (
        select version from versions
        union
        select version from releases
    )

),

-- As text that sorts like the version: each number behind its own length, zeros at the end left out.
-- What follows the numbers, a blank or an exclamation mark, sorts before any further number.
ordered as (

    select
        version,
        regexp_replace(
            array_to_string(
                list_transform(
                    regexp_extract_all(number_text, '\d+'),
                    lambda digits: lpad(length(ltrim(digits, '0'))::varchar, 3, '0') || ltrim(digits, '0')
                ),
                '.'
            ),
            '(\.000)+$',
            ''
        ) || case when trim(suffix) = '' then '!' else ' ' end as version_order
    from spelled
    where number_text <> ''

),

compared as (

    select
        versions.product_id,
        versions.version,
        releases.version as release_version,
        releases.released_at,
        release_order.version_order > ticket_order.version_order as is_newer
    from versions
    inner join ordered as ticket_order
        on ticket_order.version = versions.version
    inner join releases
        on releases.product_id = versions.product_id
    inner join ordered as release_order
        on release_order.version = releases.version

)

select
    product_id,
    version,
    min(released_at) as first_released_at,
    min(released_at) filter (is_newer) as newer_released_at,
    -- Undated ones come last.
    arg_min(release_version, (released_at, release_version)) filter (is_newer) as newer_version,
    bool_or(is_newer and released_at is null) as has_undated_newer
from compared
group by
    product_id,
    version
