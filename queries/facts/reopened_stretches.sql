-- When tickets that came back were open: from the opening, and from each reopening, to the closing that followed.
-- One row per ticket_id, stretch_number
--
-- Any other ticket was open once, as its own row says: to join these few takes less than to join the stretches of all.

select
    ticket_id,
    stretch_number,
    from_at,
    until_at,
    from_on,
    until_on
from facts.open_stretches
where ticket_id in (select ticket_id from facts.open_stretches where stretch_number > 1)
