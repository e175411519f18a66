-- How long open tickets have been open, in bands: over_seconds is not in the band, until_seconds is.
-- One row per age_code
--
-- The first two end where the expectation of a resolution does in the terms as published.

select
    bands.age_code,
    bands.over_days * 86400::bigint as over_seconds,
    bands.until_days * 86400::bigint as until_seconds,
    row_number() over (order by bands.until_days) as position
from (
    values
        ('up_to_1_week', -1, 7),
        ('up_to_2_weeks', 7, 14),
        ('up_to_4_weeks', 14, 28),
        ('up_to_13_weeks', 28, 91),
        ('over_13_weeks', 91, 1000000)
) as bands(age_code, over_days, until_days)
