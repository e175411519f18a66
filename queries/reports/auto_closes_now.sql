-- How many open tickets wait to be closed for inactivity at present, by how near that is and who is waited for.
-- Date: now, whatever the period.
-- One row per neglected_count (there is one)

select
    count(*) filter (is_neglected) as neglected_count,
    count(*) filter (auto_close_state = 'closing_soon') as closing_soon_count,
    count(*) filter (auto_close_state = 'due') as due_count,
    count(*) filter (auto_close_state = 'missed') as missed_count
from filtered_tickets
where auto_close_state in ('active', 'closing_soon', 'due', 'missed')
