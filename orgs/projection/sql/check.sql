-- How entries are compared with the ledger.

-- A line for each of these records whose entry differs from the ledger or from the findings.
CREATE FUNCTION differing(ids bigint[], today date, analysis jsonb) RETURNS SETOF text
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
    WITH records AS (
        SELECT coalesce(r.id, e.id) AS id, r.key, r.kind, r.slug, r.level, r.successor_id,
            composed.document, coalesce(j.members, '') AS findings, words.words, mentions.mentions,
            names.names, e
        FROM (SELECT * FROM orgs_record WHERE id = ANY (ids)) r
        FULL JOIN (SELECT * FROM orgs_entry WHERE id = ANY (ids)) e ON e.id = r.id
        LEFT JOIN findings_of(analysis) j ON j.id = r.id
        LEFT JOIN documents_of(ids, NULL, NULL, 0, today) composed ON composed.id = r.id
        LEFT JOIN words_of(ids, today) words ON words.record = r.id
        LEFT JOIN mentions_of(ids, today) mentions ON mentions.record = r.id
        LEFT JOIN names_of(ids) names ON names.record = r.id
    ), stored AS (
        SELECT a.id,
            (SELECT array_agg(f.filter || '=' || f.value ORDER BY f.filter || '=' || f.value)
             FROM orgs_facet f WHERE f.id = ANY ((a.e).facets)) AS facets,
            (SELECT array_agg(f.filter || '=' || f.value || s.span ORDER BY f.filter || '=' || f.value || s.span)
             FROM orgs_entryspan s JOIN orgs_facet f ON f.id = s.facet_id WHERE s.entry_id = a.id) AS spans
        FROM records a
    ), expected AS (
        SELECT f.record AS id,
            array_agg(DISTINCT f.filter || '=' || f.value ORDER BY f.filter || '=' || f.value)
                FILTER (WHERE f.now) AS facets,
            array_agg(DISTINCT f.filter || '=' || f.value || f.span ORDER BY f.filter || '=' || f.value || f.span)
                FILTER (WHERE f.filter IN (@dated@)) AS spans
        FROM (
            SELECT * FROM facets_of(ids, today)
            UNION ALL
            SELECT j.id, answer.key, answer.value, NULL, true
            FROM findings_of(analysis) j, jsonb_each_text(j.answers) answer) f
        GROUP BY f.record
    ), compared AS (
        SELECT a.*, CASE
            WHEN a.document IS NULL AND (a.successor_id IS NOT NULL OR a.level = 'withdrawn') THEN
                CASE WHEN (a.e).id IS NULL THEN 'the tombstone is missing'
                     WHEN (a.e).card <> '{}' OR (a.e).words <> '' OR (a.e).facets <> '{}' OR (a.e).names <> ''
                       OR (a.e).findings <> '' OR (a.e).state <> CASE WHEN a.successor_id IS NULL THEN 'gone' ELSE 'merged' END
                     THEN 'the tombstone says too much' END
            WHEN a.document IS NULL THEN CASE WHEN (a.e).id IS NOT NULL THEN 'the entry should not be there' END
            WHEN (a.e).id IS NULL THEN 'the entry is missing'
            WHEN (a.e).state <> 'published' THEN 'the entry is not shown'
            WHEN (a.e).document <> a.document THEN 'the document differs'
            WHEN (a.e).findings <> a.findings THEN 'the findings differ'
            WHEN (a.e).card <> card_of(a.document::jsonb) THEN 'the card differs'
            WHEN (a.e).key <> a.key::text OR (a.e).kind <> a.kind
              OR (a.e).slug <> a.document::jsonb ->> 'slug' OR (a.e).label <> a.document::jsonb ->> 'label'
              OR (a.e).sort_key <> plain((a.e).label) THEN 'its keys differ'
            WHEN (a.e).names <> coalesce(a.names, '') THEN 'the names differ'
            WHEN (a.e).words <> coalesce(a.words, '') THEN 'the words differ'
            WHEN (a.e).mentions <> coalesce(a.mentions, '{}') THEN 'the mentions differ'
            WHEN stored.facets IS DISTINCT FROM expected.facets THEN 'the facets differ'
            WHEN stored.spans IS DISTINCT FROM expected.spans THEN 'the spans differ' END AS problem
        FROM records a JOIN stored ON stored.id = a.id LEFT JOIN expected ON expected.id = a.id
    )
    SELECT coalesce(kind, (e).kind) || ' ' || coalesce(slug, (e).slug) || ': ' || problem
    FROM compared WHERE problem IS NOT NULL
$$;

-- The same for sources, terms, arenas and memberships.
CREATE FUNCTION differing_others(ids bigint[], today date) RETURNS SETOF text
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
    WITH wanted AS MATERIALIZED (
        SELECT * FROM other_entries(ids, today)
    ), compared AS (
        SELECT coalesce(e.kind, w.kind) AS kind, coalesce(e.key, w.key) AS key, CASE
            WHEN w.document IS NULL THEN CASE WHEN e.id IS NOT NULL THEN 'the entry should not be there' END
            WHEN e.id IS NULL THEN 'the entry is missing'
            WHEN e.document <> w.document THEN 'the document differs'
            WHEN e.card <> other_card(w.key, w.kind, w.slug, w.label, w.document, w.card) THEN 'the card differs'
            WHEN (e.key, e.kind, e.state, e.slug, e.label, e.sort_key)
              <> (w.key, w.kind, 'published', w.slug, w.label, plain(w.label)) THEN 'its keys differ'
            WHEN e.names <> plain(w.names) THEN 'the names differ'
            WHEN e.words <> other_words(w.names, w.other_words) THEN 'the words differ'
            WHEN NOT (e.mentions @> w.mentions AND w.mentions @> e.mentions) THEN 'the mentions differ'
            WHEN ARRAY(SELECT f.filter || ':' || f.value FROM orgs_facet f WHERE f.id = ANY (e.facets) ORDER BY 1)
              <> ARRAY(SELECT DISTINCT facet FROM unnest(w.facets) facet ORDER BY 1) THEN 'the facets differ'
            WHEN ARRAY(SELECT f.filter || ':' || f.value || s.span FROM orgs_entryspan s
                       JOIN orgs_facet f ON f.id = s.facet_id WHERE s.entry_id = e.id ORDER BY 1)
              <> ARRAY(SELECT d.filter || ':' || d.value || d.span FROM dated_memberships(ARRAY[w.id]) d
                       ORDER BY 1) THEN 'the spans differ'
            END AS problem
        FROM wanted w
        FULL JOIN (SELECT * FROM orgs_entry WHERE id = ANY (ids)) e ON e.id = w.id
    )
    SELECT kind || ' ' || key || ': ' || problem FROM compared WHERE problem IS NOT NULL
$$;
