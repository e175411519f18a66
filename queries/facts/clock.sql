-- The instant every running clock is read at.
-- One row per as_of_at

select as_of_at
from raw.clock
