-- The first and the last local day there is anything to show about.
-- One row per first_on (there is one)

select
    min(day_on) as first_on,
    max(day_on) as last_on
from facts.days
