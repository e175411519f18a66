-- Products that an unmatched text may stand for, likeliest first, and why.
-- One row per source_text, product_id
--
-- Suggested, never merged. Asked for the 300 texts with most tickets. Two names are compared only if
-- they share a word that few products have, or begin or end alike. similarity_share is the
-- Jaro-Winkler similarity of the letters and digits, of the product's id or its name, the better.

with texts as (

    select
        source_text,
        lower(strip_accents(source_text)) as folded
    from facts.unmatched_products
    order by
        ticket_count desc,
        source_text
    limit 300

),

names as (

    select
        product_id,
        product_name,
        lower(strip_accents(product_id)) as folded
    from facts.products

    union

    select
        product_id,
        product_name,
        lower(strip_accents(product_name)) as folded
    from facts.products
    where product_name is not null

),

text_letters as (

    select
        source_text,
        regexp_replace(folded, '[^\pL\pN]', '', 'g') as letters,
        list_distinct(regexp_extract_all(folded, '[\pL\pN]+')) as words
    from texts

),

name_letters as (

    select
        product_id,
        product_name,
        regexp_replace(folded, '[^\pL\pN]', '', 'g') as letters,
        list_distinct(regexp_extract_all(folded, '[\pL\pN]+')) as words
    from names

),

name_words as (

    select
        unnest(words) as word,
        product_id,
        letters
    from name_letters

),

-- A word that many products have tells none of them.
telling_words as (

    select
        word,
        product_id,
        letters
    from name_words
    qualify count(distinct product_id) over (partition by word) <= 20

),

text_words as (

    select
        unnest(words) as word,
        source_text
    from text_letters

),

near as (

    select
        text_words.source_text,
        telling_words.product_id,
        telling_words.letters
    from text_words
    inner join telling_words
        on telling_words.word = text_words.word

    union

    select
        text_letters.source_text,
        name_letters.product_id,
        name_letters.letters
    from text_letters
    inner join name_letters
        on left(name_letters.letters, 3) = left(text_letters.letters, 3)

    union

    select
        text_letters.source_text,
        name_letters.product_id,
        name_letters.letters
    from text_letters
    inner join name_letters
        on right(name_letters.letters, 3) = right(text_letters.letters, 3)

),

compared as (

    select
        near.source_text,
        near.product_id,
        name_letters.product_name,
        text_letters.letters = name_letters.letters as is_same,
        levenshtein(text_letters.letters, name_letters.letters) as letter_count,
        least(length(text_letters.letters), length(name_letters.letters)) as length_count,
        list_has_all(text_letters.words, name_letters.words) as has_all_words,
        list_intersect(text_letters.words, name_letters.words) as shared_words,
        jaro_winkler_similarity(text_letters.letters, name_letters.letters) as similarity_share
    from near
    inner join text_letters
        on text_letters.source_text = near.source_text
    inner join name_letters
        on name_letters.product_id = near.product_id
        and name_letters.letters = near.letters

),

grounds as (

    select
        source_text,
        product_id,
        product_name,
        similarity_share,
        case
            when is_same then 1
            when letter_count <= 2 and length_count >= 6 then 2
            when has_all_words then 3
            when len(shared_words) > 0 then 4
            when similarity_share >= 0.85 then 5
        end as ground_number,
        case
            when is_same then 'the same but for case, spaces and signs'
            when letter_count = 1 and length_count >= 6 then 'one letter differs'
            when letter_count = 2 and length_count >= 6 then 'two letters differ'
            when has_all_words then 'has every word of the name'
            when len(shared_words) > 0 then 'shares ' || array_to_string(list_sort(shared_words), ', ')
            when similarity_share >= 0.85 then 'written much alike'
        end as evidence
    from compared

),

best as (

    select
        source_text,
        product_id,
        product_name,
        max(similarity_share) as similarity_share,
        min(ground_number) as ground_number,
        arg_min(evidence, ground_number) as evidence
    from grounds
    where ground_number is not null
    group by
        source_text,
        product_id,
        product_name

)

select
    source_text,
    product_id,
    product_name,
    similarity_share,
    evidence,
    row_number() over (
        partition by source_text
        order by
            ground_number,
            similarity_share desc,
            product_id
    ) as position
from best
qualify position <= 10
