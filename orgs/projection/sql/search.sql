-- Full-text search: the words and names of entries, and how a query matches them.

-- The search vectors of these records: names weigh most, then texts, then related records.
CREATE FUNCTION words_of(ids bigint[], today date) RETURNS TABLE (record bigint, words tsvector)
LANGUAGE sql STABLE SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    WITH statements AS MATERIALIZED (
        SELECT (h.statement).record_id AS record, (h.statement).id, (h.statement).part,
            (h.statement).words, (h.statement).detail, (h.statement).object_id, h.term_label
        FROM readable_statements(ids, NULL, 9223372036854775807, 0, today) h WHERE (h.statement).holds
    ), labelled AS MATERIALIZED (
        SELECT jsonb_object_agg(id, label_of(id, 9223372036854775807, 0)) AS by_id
        FROM (SELECT DISTINCT object_id FROM statements WHERE object_id IS NOT NULL) objects (id)
    )
    SELECT h.record,
        coalesce(setweight(plain_words(string_agg(h.words, ' ' ORDER BY h.id) FILTER (WHERE part = 'names')), 'A'), '')
        || coalesce(setweight(plain_words(string_agg(h.words, ' ' ORDER BY h.id) FILTER (WHERE part <> 'names')), 'B'), '')
        || coalesce(setweight(plain_words(string_agg(
                concat_ws(' ', h.detail, h.term_label, (SELECT by_id FROM labelled) ->> h.object_id::text), ' '
                ORDER BY h.id)), 'C'), '')
    FROM statements h GROUP BY h.record
$$;

-- The searchable names of these records, normalized, in one text.
CREATE FUNCTION names_of(ids bigint[]) RETURNS TABLE (record bigint, names text)
LANGUAGE sql STABLE SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    SELECT n.record_id, plain(string_agg(n.text, ' | ' ORDER BY n.id))
    FROM orgs_name n
    JOIN orgs_record r ON r.id = n.record_id AND r.level <> 'name_withheld'
    JOIN orgs_source s ON s.id = n.source_id AND s.tier = 0
    WHERE n.record_id = ANY (ids) AND n.retired IS NULL AND n.tier = 0 AND n.holds
    GROUP BY n.record_id
$$;

-- Everything that the documents of these records mention: they must be composed again when it is renamed,
-- moved, hidden or shown. What a document would mention if something were not hidden has a minus sign: no
-- search matches it.
CREATE FUNCTION mentions_of(ids bigint[], today date) RETURNS TABLE (record bigint, mentions bigint[])
LANGUAGE sql STABLE SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    WITH statements AS MATERIALIZED (
        SELECT s.record_id AS record, s.object_id, s.speaker_id, s.source_id, s.term_id,
            s.id IN (SELECT (h.statement).id
                     FROM readable_statements(ids, NULL, 9223372036854775807, 0, today) h) AS readable
        FROM orgs_statement s
        WHERE s.record_id = ANY (ids) AND s.tier = 0 AND s.retired IS NULL
    )
    SELECT record, array_agg(DISTINCT thing ORDER BY thing) FROM (
        SELECT record, unnest(ARRAY[object_id, speaker_id, source_id, term_id])
            * CASE WHEN readable THEN 1 ELSE -1 END AS thing FROM statements
        UNION ALL
        SELECT record, a.ancestor_id * CASE WHEN readable THEN 1 ELSE -1 END
        FROM statements JOIN orgs_ancestor a ON a.record_id = object_id
    ) every WHERE thing IS NOT NULL GROUP BY record
$$;

-- The search vector of such an entry.
CREATE FUNCTION other_words(names text, others text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(setweight(plain_words(names), 'A'), '') || coalesce(setweight(plain_words(others), 'B'), '')
$$;

-- Every word of a query, each as the beginning of a word.
CREATE FUNCTION prefix_query(query text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(quote_literal(lexeme) || ':*', ' & '), '')::tsquery
    FROM unnest(plain_words(query))
$$;

-- The pattern of names that contain the query: for scripts without spaces between words.
CREATE FUNCTION names_pattern(query text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT '%' || replace(replace(replace(plain(trim(query)), '\', '\\'), '%', '\%'), '_', '\_') || '%'
$$;

-- The patterns of names that contain every word of the query, as words or inside words.
CREATE FUNCTION names_patterns(query text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg('%' || lexeme || '%'), '{}') FROM unnest(plain_words(query))
$$;

-- The entries with a name similar to the query, despite a typing error.
CREATE FUNCTION named_like(query text) RETURNS SETOF bigint
LANGUAGE sql STABLE SET pg_trgm.word_similarity_threshold = 0.5 AS $$
    SELECT id FROM orgs_entry WHERE names %> plain(trim(query))
$$;
