-- Whose desk this is, the templates of the links back to its help desk, and what a ticket without an agent is called.
-- One row per name (there is one)

select
    coalesce(name, 'Support desk') as name,
    timezone,
    ticket_url,
    client_url,
    is_sample,
    left_of_sample_text,
    -- Where no ticket has an agent, the export does not know who they are with [T9].
    case
        when exists (select 1 from raw.tickets where agent_id is not null) then 'nobody assigned'
        else 'not stated'
    end as unassigned_name
from raw.desk
