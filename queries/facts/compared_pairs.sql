-- Pairs of tickets that may be about the same issue, with how much of their texts they share.
-- One row per older_ticket_id, newer_ticket_id
--
-- A text is its subject and description, up to a greeting at its end, without accents, the product's name
-- and the site of an address: all of a client's tickets about a product have these. Its terms are words
-- without a plural's s and cut to six letters, so that "duplicate" and "duplicated" are one; numbers, and
-- names of files and functions, whole. A word weighs 1, a number 3, a name 5, a word that stands in
-- tickets about anything 0.1, one that only holds a sentence together nothing. The similarity is
--
--     weight of the shared terms / (weight of the terms of the text that says less + 4)
--
-- because a second ticket often says more or less than the first, and short texts that share all they say
-- share little. Where only one of the two asks how to do something, the other reports something else: 0.4
-- times. Texts of the same words in the same order are fully similar, whatever stands between them and
-- before them as the mark of a reply; without any text two tickets are not similar [D6]. The weights were
-- chosen, and the limit in the policy decided, on one half of benchmarks/pairs.csv; `make bench` prints what
-- the other half says. shared_words are one word for each shared term, as the newer ticket has it, what
-- weighs most first.

with near_pairs as (

    select
        older_ticket_id,
        newer_ticket_id,
        client_id,
        product_id,
        older_opened_at,
        newer_opened_at,
        effective_on,
        is_named
    from facts.near_pairs

),

crowded_tickets as (

    select
        ticket_id,
        client_id,
        product_id,
        opened_at
    from facts.crowded_tickets

),

-- A crowded ticket is compared with any of its mailbox.
mailbox_tickets as (

    select
        openings.ticket_id,
        openings.client_id,
        openings.product_id,
        openings.opened_at
    from facts.openings
    semi join crowded_tickets
        on crowded_tickets.client_id = openings.client_id
        and crowded_tickets.product_id = openings.product_id

),

windows as (

    select
        from_at,
        until_at,
        value_seconds,
        effective_on
    from policy.limits
    where rule = 'duplicate' and parameter = 'window'

),

limits as (

    select
        from_at,
        until_at,
        value_number
    from policy.limits
    where rule = 'duplicate' and parameter = 'compared'

),

products as (

    select
        product_id,
        product_name
    from facts.products

),

-- What two texts share follows from them alone: those that were compared before are not compared again.
known as (

    select
        older_ticket_id,
        newer_ticket_id,
        has_two_sites,
        similarity_share,
        shared_words
    from raw.compared_texts

),

new_pairs as (

    select
        near_pairs.older_ticket_id,
        near_pairs.newer_ticket_id,
        near_pairs.product_id
    from near_pairs
    anti join known
        on known.older_ticket_id = near_pairs.older_ticket_id
        and known.newer_ticket_id = near_pairs.newer_ticket_id

),

compared_tickets as (

    select
        older_ticket_id as ticket_id,
        product_id
    from new_pairs

    union

    select
        newer_ticket_id as ticket_id,
        product_id
    from new_pairs

    union

    select
        ticket_id,
        product_id
    from mailbox_tickets

),

texts as (

    select
        row_number() over () as ticket_number,
        tickets.ticket_id,
        nullif(regexp_replace(lower(trim(tickets.site_url)), '^(https?://)?(www\.)?|/+$', '', 'g'), '') as site_url,
        regexp_replace(
            replace(
                replace(strip_accents(lower(concat_ws(' ', tickets.subject, tickets.description))), 'ß', 'ss'),
                coalesce(strip_accents(lower(products.product_name)), ''),
                ' '
            ),
            '^\s*((re|aw|fwd?|wg|rv|tr|sv)\s*:\s*)+'
            || '|\b((kind|best|warm|many) (regards|wishes|thanks)|(regards|cheers),|sincerely'
            || '|(freundlichen?|viele|beste|liebe|mit besten) gruss\w*|saludos?,|cordialement|bien a vous)\b.*',
            '',
            'gs'
        ) as text
    from raw.tickets
    inner join compared_tickets
        on compared_tickets.ticket_id = tickets.ticket_id
    left join products
        on products.product_id = compared_tickets.product_id

),

worded as materialized (

    select
        ticket_number,
        regexp_extract_all(
            text,
            'https?://[^/\s]*|(?:[a-z0-9_-]+\.)+[a-z]{2,}\b|v?[0-9]+(?:[.,:][0-9]+)*|\p{L}[\p{L}\p{N}]*(?:_[\p{L}\p{N}]+)*'
        ) as words
    from texts

),

words as (

    select
        ticket_number,
        unnest(words) as word
    from worded

),

general_terms as (

    select
        left(word_text, 6) as term,
        min(weight) as weight
    from facts.common_words
    where weight > 0
    group by left(word_text, 6)

),

common_words as (

    select word_text
    from facts.common_words
    where weight = 0

),

different_words as (

    select word
    from words
    group by word

),

meant_words as (

    select
        different_words.word,
        case
            when contains(different_words.word, '.') or contains(different_words.word, '_') or different_words.word < 'a'
                then different_words.word
            when suffix(different_words.word, 's')
                then left(different_words.word, least(length(different_words.word) - 1, 6)::bigint)
            else left(different_words.word, 6)
        end as term
    from different_words
    anti join common_words
        on common_words.word_text = different_words.word
    where length(different_words.word) > 1
        and not starts_with(different_words.word, 'http')

),

-- Words and terms by number: each is looked at once, however many texts say it.
-- Weights are whole tenths: their sum is the same in whatever order it is made.
vocabulary as (

    select
        meant_words.word,
        row_number() over (order by meant_words.word) as word_number,
        dense_rank() over (order by meant_words.term) as term_number,
        case
            when general_terms.term is not null then general_terms.weight * 10
            -- A version names the environment, not the issue.
            when regexp_full_match(meant_words.term, 'v?[0-9]+(\.[0-9]+)+') then 1
            when regexp_full_match(meant_words.term, '[0-9.,:]+') then 30
            when regexp_matches(meant_words.term, '[0-9._]') then 50
            else 10
        end::bigint as weight
    from meant_words
    left join general_terms
        on general_terms.term = meant_words.term

),

terms as (

    select
        words.ticket_number,
        vocabulary.term_number,
        vocabulary.weight,
        min(vocabulary.word_number) as word_number
    from words
    inner join vocabulary
        on vocabulary.word = words.word
    group by
        words.ticket_number,
        vocabulary.term_number,
        vocabulary.weight

),

described as (

    select
        ticket_number,
        sum(weight) as weight,
        list(term_number) as term_numbers
    from terms
    group by ticket_number

),

described_tickets as (

    select
        texts.ticket_number,
        texts.ticket_id,
        texts.site_url,
        hash(coalesce(nullif(worded.words, []), [texts.text])) as text_code,
        -- What is blank is told as in facts.openings.
        regexp_matches(texts.text, '[^\s\v\pZ\x1c-\x1f\x{85}]') as has_text,
        regexp_matches(
            texts.text,
            '\b(how (do|can|to|does|should|i)|where (do|can|is|are|does)|(which|what) (of|setting)|is there|is it possible'
            || '|(can|could) (i|we|the|you|your|it)|does your|i.?d like|(i|we) (would like|want)'
            || '|please (add|explain|tell me how)|wie (kann|konnen|stelle|lasst|geht|andere|ersetze|mache|richte)'
            || '|wo (stelle|kann|finde|ist)|como|se puede|puedo|quiero|comment|peut-on|est-il possible|ou (puis|trouver))\b'
        ) as is_how_to,
        coalesce(described.weight, 0) as weight,
        described.term_numbers
    from texts
    inner join worded
        on worded.ticket_number = texts.ticket_number
    left join described
        on described.ticket_number = texts.ticket_number

),

-- What tickets of a mailbox are compared by: terms that say something, and the whole text above any of them.
shared_codes as (

    select
        ticket_number,
        term_number::ubigint as code,
        weight
    from terms
    where weight >= 10

    union all

    select
        ticket_number,
        text_code as code,
        100000 as weight
    from described_tickets
    where has_text

),

-- Where a code stands in its mailbox: the so many tickets before it that have the code are its block.
places as (

    select
        mailbox_tickets.ticket_id,
        mailbox_tickets.client_id,
        mailbox_tickets.product_id,
        mailbox_tickets.opened_at,
        shared_codes.code,
        shared_codes.weight,
        row_number() over (
            partition by mailbox_tickets.client_id, mailbox_tickets.product_id, shared_codes.code
            order by mailbox_tickets.opened_at, mailbox_tickets.ticket_id
        ) as place
    from mailbox_tickets
    inner join texts
        on texts.ticket_id = mailbox_tickets.ticket_id
    inner join shared_codes
        on shared_codes.ticket_number = texts.ticket_number

),

blocks as (

    select
        places.ticket_id,
        places.client_id,
        places.product_id,
        places.opened_at,
        places.code,
        places.weight,
        limits.value_number as compared_count,
        windows.value_seconds as window_seconds,
        windows.effective_on,
        unnest(range(greatest(places.place - limits.value_number::bigint, 1), places.place)) as older_place
    from places
    semi join crowded_tickets
        on crowded_tickets.ticket_id = places.ticket_id
    left join limits
        on places.opened_at >= limits.from_at
        and places.opened_at < limits.until_at
    left join windows
        on places.opened_at >= windows.from_at
        and places.opened_at < windows.until_at

),

blocked_pairs as (

    select
        older.ticket_id as older_ticket_id,
        blocks.ticket_id as newer_ticket_id,
        blocks.client_id,
        blocks.product_id,
        older.opened_at as older_opened_at,
        blocks.opened_at as newer_opened_at,
        blocks.effective_on,
        blocks.compared_count,
        sum(blocks.weight) as weight
    from blocks
    inner join places as older
        on older.client_id = blocks.client_id
        and older.product_id = blocks.product_id
        and older.code = blocks.code
        and older.place = blocks.older_place
    where blocks.opened_at <= older.opened_at + to_seconds(blocks.window_seconds)
    group by all

),

-- Of the tickets that were still open, the so many that share most.
closest_pairs as (

    select blocked_pairs.*
    from blocked_pairs
    semi join facts.states
        on states.ticket_id = blocked_pairs.older_ticket_id
        and states.is_open is not null
    inner join facts.open_stretches
        on open_stretches.ticket_id = blocked_pairs.older_ticket_id
        and blocked_pairs.newer_opened_at >= open_stretches.from_at
        and (open_stretches.until_at is null or blocked_pairs.newer_opened_at < open_stretches.until_at)
    anti join near_pairs
        on near_pairs.older_ticket_id = blocked_pairs.older_ticket_id
        and near_pairs.newer_ticket_id = blocked_pairs.newer_ticket_id
    qualify row_number() over (
        partition by blocked_pairs.newer_ticket_id
        order by blocked_pairs.weight desc, blocked_pairs.older_opened_at desc, blocked_pairs.older_ticket_id
    ) <= blocked_pairs.compared_count

),

pairs as (

    select
        older_ticket_id,
        newer_ticket_id,
        client_id,
        product_id,
        older_opened_at,
        newer_opened_at,
        effective_on,
        is_named
    from near_pairs

    union all

    select
        older_ticket_id,
        newer_ticket_id,
        client_id,
        product_id,
        older_opened_at,
        newer_opened_at,
        effective_on,
        false as is_named
    from closest_pairs

),

compared as (

    select
        pairs.older_ticket_id,
        pairs.newer_ticket_id,
        older.ticket_number as older_number,
        newer.ticket_number as newer_number,
        coalesce(older.site_url <> newer.site_url, false) as has_two_sites,
        older.text_code = newer.text_code and older.has_text as is_same_text,
        older.is_how_to <> newer.is_how_to as has_one_how_to,
        older.weight as older_weight,
        newer.weight as newer_weight,
        older.term_numbers as older_terms
    from pairs
    anti join known
        on known.older_ticket_id = pairs.older_ticket_id
        and known.newer_ticket_id = pairs.newer_ticket_id
    inner join described_tickets as older
        on older.ticket_id = pairs.older_ticket_id
    inner join described_tickets as newer
        on newer.ticket_id = pairs.newer_ticket_id

),

-- Unnested, not joined: of two joins the planner may begin with the one of all tickets that have a term.
older_terms as (

    select
        older_number,
        newer_number,
        unnest(older_terms) as term_number
    from compared

),

-- A shared term is shown as the newer ticket has it.
shared_terms as (

    select
        older_terms.older_number,
        older_terms.newer_number,
        vocabulary.word,
        terms.weight
    from older_terms
    inner join terms
        on terms.ticket_number = older_terms.newer_number
        and terms.term_number = older_terms.term_number
    inner join vocabulary
        on vocabulary.word_number = terms.word_number

),

shared as (

    select
        older_number,
        newer_number,
        sum(weight) as weight,
        list(word order by weight desc, word) as words
    from shared_terms
    group by
        older_number,
        newer_number

),

likened as (

    select
        compared.older_ticket_id,
        compared.newer_ticket_id,
        compared.has_two_sites,
        case
            when compared.is_same_text then 1
            when shared.weight is null then 0
            else case when compared.has_one_how_to then 0.4 else 1 end
                * shared.weight / (least(compared.older_weight, compared.newer_weight) + 40)
        end::double as similarity_share,
        coalesce(shared.words, []) as shared_words
    from compared
    left join shared
        on shared.older_number = compared.older_number
        and shared.newer_number = compared.newer_number

    union all

    select
        older_ticket_id,
        newer_ticket_id,
        has_two_sites,
        similarity_share,
        shared_words
    from known

)

select
    pairs.older_ticket_id,
    pairs.newer_ticket_id,
    pairs.client_id,
    pairs.product_id,
    pairs.older_opened_at,
    pairs.newer_opened_at,
    pairs.effective_on,
    pairs.is_named,
    likened.has_two_sites,
    likened.similarity_share,
    likened.shared_words
from pairs
inner join likened
    on likened.older_ticket_id = pairs.older_ticket_id
    and likened.newer_ticket_id = pairs.newer_ticket_id
