-- The people of the desk and what they are called.
-- One row per agent_id

select
    agent_id,
    name
from raw.agents
