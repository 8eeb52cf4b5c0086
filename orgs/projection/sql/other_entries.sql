-- How the entries of sources, terms, arenas and memberships are written.

-- The contents of the entries of these sources, terms, arenas and memberships; an entry whose document is
-- NULL is not shown. `facets` are filter:value.
CREATE FUNCTION other_entries(ids bigint[], today date)
RETURNS TABLE (
    id bigint, key text, kind text, slug text, label text, document text, names text, other_words text,
    mentions bigint[], facets text[], card jsonb)
LANGUAGE sql STABLE AS $$
    SELECT s.id, composed.document::json ->> 'id', 'source', composed.document::json ->> 'slug',
        composed.document::json ->> 'label', composed.document,
        concat_ws(' ', composed.document::json ->> 'label', composed.document::json ->> 'title',
                  composed.document::json ->> 'authors'),
        concat_ws(' ', composed.document::json ->> 'container', composed.document::json ->> 'publisher',
                  composed.document::json ->> 'note'),
        -- A publisher that the document does not name counts with a minus sign: see `mentions_of`.
        array_remove(s.published_by_id
                * CASE WHEN composed.document::jsonb ->> 'published_by' IS NULL THEN -1 ELSE 1 END
            || ARRAY(SELECT c.cites_id FROM orgs_citation c WHERE c.source_id = s.id
                     UNION SELECT c.source_id FROM orgs_citation c WHERE c.cites_id = s.id
                     ORDER BY 1), NULL),
        array_remove(ARRAY['source_kind:' || s.source_kind,
            CASE WHEN composed.document::jsonb ->> 'published_by' IS NOT NULL
                 THEN 'published_by:' || s.published_by_id END], NULL),
        jsonb_build_object('line', composed.document::json ->> 'title',
            'authors', composed.document::json ->> 'authors', 'issued', s.issued)
    FROM orgs_source s, LATERAL (SELECT compose_source(s.id, 0, today) AS document OFFSET 0) composed
    WHERE s.id = ANY (ids)
    UNION ALL
    SELECT t.id, t.scheme || ':' || t.code, 'term', t.scheme || ':' || t.code,
        t.labels ->> 'en', composed.document,
        concat_ws(' ', t.code, (SELECT string_agg(value, ' ') FROM jsonb_each_text(t.labels))),
        concat_ws(' ', composed.document::jsonb ->> 'quote',
                  (SELECT string_agg(value, ' ') FROM jsonb_each_text(t.definitions))),
        array_remove(ARRAY[t.source_id, t.broader_id], NULL),
        array_remove(ARRAY['scheme:' || t.scheme, 'source:' || t.source_id], NULL),
        jsonb_build_object('line', t.definitions ->> 'en', 'scheme', t.scheme, 'code', t.code)
    FROM orgs_term t, LATERAL (SELECT compose_term(t.id, 0) AS document) composed
    WHERE t.id = ANY (ids)
    UNION ALL
    SELECT a.id, a.code, 'arena', a.code, a.label, compose_arena(a.id), a.label, a.definition,
        '{}', '{}', jsonb_build_object('line', a.definition)
    FROM orgs_arena a WHERE a.id = ANY (ids)
    UNION ALL
    SELECT m.id, m.id::text, 'membership', m.id::text, composed.document::json ->> 'label',
        CASE WHEN m.retired IS NULL THEN composed.document END, '', '',
        array_remove(ARRAY[m.record_id, m.partnership_id, m.source_id, m.speaker_id], NULL),
        ARRAY['partnership:' || m.partnership_id, 'member:' || m.record_id,
              'source:' || m.source_id, 'voice:' || m.voice],
        '{}'
    FROM orgs_membership m LEFT JOIN memberships_of(ids, today) composed ON composed.id = m.id
    WHERE m.id = ANY (ids)
$$;

-- The card of such an entry.
CREATE FUNCTION other_card(key text, kind text, slug text, label text, document text, card jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (jsonb_build_object('id', key, 'kind', kind, 'slug', slug, 'label', label,
                               'url', document::jsonb -> 'url') || card)::text
$$;

-- Write the entries of these sources, terms, arenas and memberships: their filters are simpler.
CREATE FUNCTION project_others(ids bigint[], change_number bigint, at timestamptz, today date)
RETURNS SETOF bigint
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    changed bigint[];
    gone bigint[];
    shown bigint[];
BEGIN
    INSERT INTO orgs_facet (filter, value)
    SELECT DISTINCT 'partnership', m.partnership_id::text FROM orgs_membership m WHERE m.id = ANY (ids)
    UNION SELECT DISTINCT 'member', m.record_id::text FROM orgs_membership m WHERE m.id = ANY (ids)
    UNION SELECT DISTINCT 'source', m.source_id::text FROM orgs_membership m WHERE m.id = ANY (ids)
    UNION SELECT DISTINCT 'voice', m.voice FROM orgs_membership m WHERE m.id = ANY (ids)
    UNION SELECT DISTINCT 'scheme', t.scheme FROM orgs_term t WHERE t.id = ANY (ids)
    UNION SELECT DISTINCT 'source', t.source_id::text FROM orgs_term t WHERE t.id = ANY (ids) AND t.source_id IS NOT NULL
    UNION SELECT DISTINCT 'source_kind', s.source_kind FROM orgs_source s WHERE s.id = ANY (ids)
    UNION SELECT 'exists', '' FROM orgs_membership m WHERE m.id = ANY (ids)
    UNION SELECT DISTINCT 'published_by', s.published_by_id::text FROM orgs_source s WHERE s.id = ANY (ids) AND s.published_by_id IS NOT NULL
    ON CONFLICT DO NOTHING;

    WITH fresh AS MATERIALIZED (
        SELECT * FROM other_entries(ids, today)
    ), renamed AS (
        -- A source is known by another key while the name of its publisher is withheld.
        INSERT INTO orgs_entrychange (entry, key, kind, change, state)
        SELECT e.id, e.key, e.kind, change_number, 'gone'
        FROM orgs_entry e JOIN fresh f ON f.id = e.id AND f.document IS NOT NULL AND f.key <> e.key
    ), written AS (
        INSERT INTO orgs_entry AS e (id, key, kind, state, slug, label, sort_key, card, document,
            facets, mentions, names, words, change, updated, gone_reason)
        SELECT f.id, f.key, f.kind, 'published', f.slug, f.label, plain(f.label),
            other_card(f.key, f.kind, f.slug, f.label, f.document, f.card), f.document,
            (SELECT coalesce(array_agg(facet.id ORDER BY facet.id), '{}')
             FROM unnest(f.facets) given JOIN orgs_facet facet ON facet.filter = split_part(given, ':', 1)
               AND facet.value = substr(given, strpos(given, ':') + 1)),
            f.mentions, plain(f.names), other_words(f.names, f.other_words), change_number, at, ''
        FROM fresh f WHERE f.document IS NOT NULL
        ON CONFLICT (id) DO UPDATE SET
            key = keep(e.key, excluded.key), state = excluded.state,
            slug = keep(e.slug, excluded.slug), label = excluded.label,
            sort_key = keep(e.sort_key, excluded.sort_key), card = excluded.card,
            document = excluded.document, facets = keep(e.facets, excluded.facets),
            mentions = keep(e.mentions, excluded.mentions), names = keep(e.names, excluded.names),
            words = keep(e.words, excluded.words),
            change = CASE WHEN e.document = excluded.document THEN e.change ELSE excluded.change END,
            updated = CASE WHEN e.document = excluded.document THEN e.updated ELSE excluded.updated END
        WHERE (e.key, e.state, e.slug, e.label, e.sort_key, e.document, e.facets, e.words, e.mentions,
               e.names, e.card)
            IS DISTINCT FROM (excluded.key, excluded.state, excluded.slug, excluded.label,
                              excluded.sort_key, excluded.document, excluded.facets, excluded.words,
                              excluded.mentions, excluded.names, excluded.card)
        RETURNING e.id, e.change
    )
    SELECT (SELECT array_agg(id) FROM written WHERE change = change_number),
           (SELECT array_agg(id) FROM fresh WHERE document IS NOT NULL)
    INTO changed, shown;

    DELETE FROM orgs_entryspan WHERE entry_id = ANY (ids);

    WITH removed AS (
        DELETE FROM orgs_entry e WHERE e.id = ANY (ids) AND NOT e.id = ANY (coalesce(shown, '{}'))
        RETURNING e.id, e.key, e.kind
    ), logged AS (
        INSERT INTO orgs_entrychange (entry, key, kind, change, state)
        SELECT id, key, kind, change_number, 'gone' FROM removed RETURNING entry
    )
    SELECT array_agg(entry) INTO gone FROM logged;

    INSERT INTO orgs_entryspan (entry_id, facet_id, span)
    SELECT d.id, facet.id, d.span FROM dated_memberships(ids) d
    JOIN orgs_entry e ON e.id = d.id
    JOIN orgs_facet facet ON facet.filter = d.filter AND facet.value = d.value;

    INSERT INTO orgs_entrychange (entry, key, kind, change, state)
    SELECT e.id, e.key, e.kind, change_number, e.state FROM orgs_entry e WHERE e.id = ANY (changed);

    RETURN QUERY SELECT unnest(coalesce(changed, '{}') || coalesce(gone, '{}'));
END
$$;
