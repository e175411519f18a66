-- Buyers that an unmatched address may belong to, likeliest first, and why.
-- One row per client_id, buyer_id
--
-- Of the 300 addresses with most tickets, each compared with every buyer there is: so this is found once for
-- whoever asks. What fits more than 20 buyers is no evidence: a frequent name, a provider of free addresses.
-- Spelling is that of X9 (case, +tag, dots), here at any domain, and hyphens. similarity_share is the Jaro-Winkler
-- similarity of what stands before the @, or of the names, the better.

with unmatched as materialized (

    select
        client_id,
        client_name
    from reports.unmatched_addresses
    order by
        ticket_count desc,
        client_id
    limit 300

),

addresses as (

    select
        client_id,
        client_name as name,
        false as is_buyer
    from unmatched

    union all

    select
        buyers.client_id,
        clients.name,
        true as is_buyer
    from facts.buyers
    left join facts.clients
        on clients.client_id = buyers.client_id

),

-- All written alike, once, to be compared letter by letter. A name of one word tells nobody.
written as materialized (

    select
        client_id,
        is_buyer,
        case
            when contains(client_id, '@')
                then replace(replace(replace(split_part(split_part(client_id, '@', 1), '+', 1), '.', ''), '-', ''), '_', '')
        end as mailbox,
        replace(nullif(split_part(client_id, '@', 2), ''), 'googlemail.com', 'gmail.com') as domain,
        case
            when contains(name, ' ') then replace(replace(replace(strip_accents(lower(name)), ' ', ''), '-', ''), '.', '')
        end as letters
    from addresses

),

askers as materialized (

    select
        written.client_id,
        written.mailbox,
        written.domain,
        written.letters,
        -- What follows the first five letters, in three pieces.
        substr(written.mailbox, 6, (length(written.mailbox) - 5) // 3) as first_piece,
        substr(written.mailbox, 6 + (length(written.mailbox) - 5) // 3, (length(written.mailbox) - 5) // 3) as second_piece,
        substr(written.mailbox, 6 + (length(written.mailbox) - 5) // 3 * 2) as last_piece,
        -- The name the other way round, as address books have it.
        case
            when contains(unmatched.client_name, ' ')
                then regexp_replace(
                    strip_accents(lower(regexp_replace(trim(unmatched.client_name), '^(\S+)\s+(.+)$', '\2\1'))), '[^\pL]', '', 'g'
                )
        end as turned_letters
    from written
    inner join unmatched
        on unmatched.client_id = written.client_id

),

buyers as (

    select
        client_id as buyer_id,
        mailbox,
        domain,
        letters
    from written
    where is_buyer

),

asker_names as (

    select
        client_id,
        letters
    from askers
    where letters is not null

    union

    select
        client_id,
        turned_letters as letters
    from askers
    where turned_letters is not null

),

-- Providers of free addresses, in any country, and mailboxes of a role: neither tells who writes.
free_mail as (

    select unnest([
        'gmail', 'googlemail', 'outlook', 'hotmail', 'live', 'msn', 'yahoo', 'ymail', 'icloud', 'me', 'mac', 'aol',
        'gmx', 'web', 't-online', 'freenet', 'proton', 'protonmail', 'pm', 'mail', 'email', 'inbox', 'yandex', 'qq',
        '163', '126', 'zoho', 'fastmail', 'tutanota', 'orange', 'wanadoo', 'laposte', 'libero', 'seznam', 'wp', 'o2'
    ]) as provider

),

roles as (

    select unnest([
        'info', 'office', 'support', 'help', 'admin', 'contact', 'sales', 'hello', 'mail', 'email', 'webmaster',
        'billing', 'team', 'accounts', 'post', 'kontakt', 'service', 'shop', 'marketing', 'noreply', 'orders'
    ]) as mailbox

),

small_domains as materialized (

    select buyers.domain
    from buyers
    semi join askers
        on askers.domain = buyers.domain
    group by buyers.domain
    having count(*) <= 20

),

companies as materialized (

    select small_domains.domain
    from small_domains
    anti join free_mail
        on free_mail.provider = split_part(small_domains.domain, '.', 1)

),

-- Found before they are joined: the buyers at a provider would be paired by the million.
colleagues as materialized (

    select
        buyers.buyer_id,
        buyers.domain
    from buyers
    semi join companies
        on companies.domain = buyers.domain

),

-- A slip of the finger leaves the beginning or the end as it was.
misspelt as (

    select
        askers.client_id,
        askers.mailbox,
        buyers.buyer_id,
        buyers.mailbox as buyer_mailbox
    from askers
    inner join buyers
        on buyers.domain = askers.domain
        and left(buyers.mailbox, 5) = left(askers.mailbox, 5)
    where length(askers.mailbox) >= 6
        -- Two slips leave one of any three pieces whole: told faster than the slips are counted.
        and (
            contains(buyers.mailbox, askers.first_piece)
            or contains(buyers.mailbox, askers.second_piece)
            or contains(buyers.mailbox, askers.last_piece)
        )

    union all

    select
        askers.client_id,
        askers.mailbox,
        buyers.buyer_id,
        buyers.mailbox as buyer_mailbox
    from askers
    inner join buyers
        on buyers.domain = askers.domain
        and right(buyers.mailbox, 5) = right(askers.mailbox, 5)
    where length(askers.mailbox) >= 6

),

likely as (

    select
        named_buyers.client_id,
        named_buyers.buyer_id,
        1 as ground_number,
        case
            when named_buyers.ticket_count = 1 then 'ticket ' || named_buyers.ticket_id || ' names a purchase of the buyer'
            else named_buyers.ticket_count || ' tickets name a purchase of the buyer'
        end as ground
    from facts.named_buyers
    semi join unmatched
        on unmatched.client_id = named_buyers.client_id

    union

    select
        askers.client_id,
        buyers.buyer_id,
        2 as ground_number,
        'the same address but for a tag, dots or hyphens' as ground
    from askers
    inner join buyers
        on buyers.mailbox = askers.mailbox
        and buyers.domain = askers.domain

    union

    select
        asker_names.client_id,
        buyers.buyer_id,
        3 as ground_number,
        'the same name' as ground
    from asker_names
    inner join buyers
        on buyers.letters = asker_names.letters

    union

    select
        askers.client_id,
        buyers.buyer_id,
        4 as ground_number,
        case
            when levenshtein(buyers.domain, askers.domain) <= 2
                then 'the same before the @, and after it but for a letter or two'
            else 'the same before the @, at another domain'
        end as ground
    from askers
    inner join buyers
        on buyers.mailbox = askers.mailbox
        and buyers.domain <> askers.domain
    anti join roles
        on roles.mailbox = askers.mailbox
    where length(askers.mailbox) >= 4

    union

    select
        asker_names.client_id,
        buyers.buyer_id,
        5 as ground_number,
        'the buyer''s address spells this name' as ground
    from asker_names
    inner join buyers
        on buyers.mailbox = asker_names.letters

    union

    select
        askers.client_id,
        buyers.buyer_id,
        6 as ground_number,
        'this address spells the buyer''s name' as ground
    from askers
    inner join buyers
        on buyers.letters = askers.mailbox

    union

    select
        client_id,
        buyer_id,
        7 as ground_number,
        'one or two letters differ before the @' as ground
    from misspelt
    where abs(length(buyer_mailbox) - length(mailbox)) <= 2
        and buyer_mailbox <> mailbox
        and levenshtein(buyer_mailbox, mailbox) <= 2

    union

    select
        askers.client_id,
        colleagues.buyer_id,
        8 as ground_number,
        'an address of the same company' as ground
    from askers
    inner join colleagues
        on colleagues.domain = askers.domain

),

telling as (

    select
        client_id,
        buyer_id,
        ground_number,
        ground
    from likely
    qualify count(*) over (partition by client_id, ground_number) <= 20

),

grounded as materialized (

    select
        client_id,
        buyer_id,
        min(ground_number) as ground_number,
        string_agg(ground, ', ' order by ground_number) as evidence
    from telling
    group by
        client_id,
        buyer_id

),

compared as (

    select
        grounded.client_id,
        grounded.buyer_id,
        grounded.ground_number,
        grounded.evidence,
        greatest(
            coalesce(jaro_winkler_similarity(askers.mailbox, buyers.mailbox), 0),
            coalesce(jaro_winkler_similarity(askers.letters, buyers.letters), 0),
            coalesce(jaro_winkler_similarity(askers.turned_letters, buyers.letters), 0),
            coalesce(jaro_winkler_similarity(askers.letters, buyers.mailbox), 0)
        ) as similarity_share
    from grounded
    inner join askers
        on askers.client_id = grounded.client_id
    inner join buyers
        on buyers.buyer_id = grounded.buyer_id

),

ranked as (

    select
        client_id,
        buyer_id,
        similarity_share,
        evidence,
        row_number() over (
            partition by client_id
            order by
                ground_number,
                similarity_share desc,
                buyer_id
        ) as position
    from compared

)

select
    client_id,
    buyer_id,
    similarity_share,
    evidence,
    position
from ranked
where position <= 10
