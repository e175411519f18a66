-- Whose desk this is, and the templates of the links back to its help desk.
-- One row per name (there is one)

select
    coalesce(name, 'Support desk') as name,
    timezone,
    ticket_url,
    client_url,
    is_sample,
    left_of_sample_text
from raw.desk
