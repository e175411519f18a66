-- How many tickets are in each state of closing for inactivity, and how many of them the client waits in.
-- Open ones are of now, whatever the period.
-- Date: the day of closing, for closed ones.
-- One row per state

select
    auto_closes.state,
    count(*) as ticket_count,
    count(*) filter (auto_closes.is_neglected) as neglected_count,
    count(*) filter (auto_closes.is_neglected is distinct from true) as other_count,
    case
        when auto_closes.state in ('active', 'closing_soon', 'due', 'missed') then 'open now'
        else 'closed in the period'
    end as group_name,
    -- The day that must lie in the period; open ones are of now.
    case when auto_closes.state in ('active', 'closing_soon', 'due', 'missed') then '' else 'closed_on' end
        as dated_by,
    case auto_closes.state
        when 'active' then 1
        when 'closing_soon' then 2
        when 'due' then 3
        when 'missed' then 4
        when 'on_time' then 5
        when 'early' then 6
        when 'late' then 7
    end as position
from reports.auto_closes as auto_closes
inner join filtered_tickets
    on filtered_tickets.ticket_id = auto_closes.ticket_id
cross join chosen_period
where auto_closes.closed_at is null
    or filtered_tickets.closed_on between chosen_period.from_on and chosen_period.until_on
group by auto_closes.state
