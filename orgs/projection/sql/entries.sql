-- How the entries of records are written.

-- Return the old value if both are equal, so that an entry whose keys do not change is updated in place
-- (HOT): PostgreSQL compares index columns byte by byte.
CREATE FUNCTION keep(old anyelement, new anyelement) RETURNS anyelement
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE WHEN old = new THEN old ELSE new END $$;

-- The card that lists show: made from the document, so it contains no more than that.
CREATE FUNCTION card_of(document jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT json_build_object(
        'id', document -> 'id', 'kind', document -> 'kind', 'slug', document -> 'slug',
        'url', document -> 'url', 'label', document -> 'label', 'sphere', document -> 'sphere',
        'acronym', jsonb_path_query_first(document, '$.names[*] ? (@.name_kind == "acronym").text'),
        'where', jsonb_path_query_array(document,
            '$.places[*] ? ((@.role == "seat" || @.role == "held_at") && @.holds == true).place.label')
            || jsonb_path_query_array(document, '$ ? (@.kind == "place").relations[*]
                ? (@.predicate == "part_of" && @.holds == true).object.label'),
        'place_type', jsonb_path_query_first(document,
            '$ ? (@.kind == "place").traits.place_type[*] ? (@.holds == true).term'),
        'place_type_label', jsonb_path_query_first(document,
            '$ ? (@.kind == "place").traits.place_type[*] ? (@.holds == true).label'),
        'arenas', jsonb_path_query_array(document, '$.arenas[*] ? (@.holds == true).arena'),
        'dates', jsonb_path_query_array(document, '$.dates[*] ? (@.holds == true)'),
        'observed', document -> 'observed',
        'line', left(coalesce(
            jsonb_path_query_first(document, '$.texts[*] ? (@.text_kind == "own_words").body') #>> '{}',
            jsonb_path_query_first(document, '$.texts[*] ? (@.text_kind == "summary").body') #>> '{}',
            jsonb_path_query_first(document, '$.texts[*].body') #>> '{}', ''), 280))::text
$$;

-- A filter value of a record, while entries are written.
CREATE TYPE given_facet AS (record bigint, filter text, value text, span daterange, now boolean);

-- The findings about records: the members that they add to the document, and their values by filter.
CREATE FUNCTION findings_of(analysis jsonb) RETURNS TABLE (id bigint, members text, answers jsonb)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT id, members, answers FROM jsonb_to_recordset(analysis) AS item (id bigint, members text, answers jsonb)
$$;

-- Write the entries of these records, as of change `number` and the catalogue's day, with the findings
-- about them. Returns the ids of the entries whose public document changed.
CREATE FUNCTION project(
    ids bigint[], change_number bigint, at timestamptz, today date, analysis jsonb)
RETURNS SETOF bigint
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    given given_facet[];
    changed bigint[];
    gone bigint[];
BEGIN
    SELECT coalesce(array_agg(ROW(f.*)::given_facet), '{}') INTO given FROM (
        SELECT * FROM facets_of(ids, today)
        UNION ALL
        SELECT j.id, answer.key, answer.value, NULL, true
        FROM findings_of(analysis) j, jsonb_each_text(j.answers) answer) f;

    INSERT INTO orgs_facet (filter, value)
    SELECT DISTINCT filter, value FROM unnest(given) ON CONFLICT DO NOTHING;

    WITH fresh AS (
        SELECT r.id, r.key, r.kind, r.level, r.successor_id, r.withdrawn_on, r.withdrawn_reason,
            composed.document, composed.label, slug_of(r.level, r.slug, r.key, 0) AS slug,
            CASE WHEN composed.document IS NULL THEN '' ELSE coalesce(j.members, '') END AS findings
        FROM orgs_record r LEFT JOIN documents_of(ids, NULL, NULL, 0, today) composed ON composed.id = r.id
        LEFT JOIN findings_of(analysis) j ON j.id = r.id
        WHERE r.id = ANY (ids)
    ), current_facets AS (
        SELECT g.record, array_agg(DISTINCT facet.id ORDER BY facet.id) AS facets
        FROM unnest(given) g JOIN orgs_facet facet ON facet.filter = g.filter AND facet.value = g.value
        WHERE g.now GROUP BY g.record
    ), shown AS (
        SELECT f.id, f.key, f.kind, f.successor_id, f.withdrawn_on, f.withdrawn_reason, f.document,
            f.findings, f.slug, f.label, 'published' AS state, card_of(f.document::jsonb) AS card,
            coalesce(words.words, '') AS words, coalesce(mentions.mentions, '{}') AS mentions,
            coalesce(current_facets.facets, '{}') AS facets, coalesce(names.names, '') AS names
        FROM fresh f
        LEFT JOIN current_facets ON current_facets.record = f.id
        LEFT JOIN words_of(ids, today) words ON words.record = f.id
        LEFT JOIN mentions_of(ids, today) mentions ON mentions.record = f.id
        LEFT JOIN names_of(ids) names ON names.record = f.id
        WHERE f.document IS NOT NULL
        UNION ALL
        SELECT f.id, f.key, f.kind, f.successor_id, f.withdrawn_on, f.withdrawn_reason, f.document,
            f.findings, f.slug, '', CASE WHEN f.successor_id IS NOT NULL THEN 'merged' ELSE 'gone' END, '{}', '',
            '{}', '{}', ''
        FROM fresh f
        WHERE f.document IS NULL AND (f.successor_id IS NOT NULL OR f.level = 'withdrawn')
    ), written AS (
        INSERT INTO orgs_entry AS e (id, key, kind, state, slug, label, sort_key, card, document,
            findings, facets, mentions, names, words, change, updated, successor, gone_on, gone_reason)
        SELECT s.id, s.key::text, s.kind, s.state,
            CASE WHEN s.state = 'published' THEN s.slug ELSE s.key::text END, s.label,
            plain(s.label), s.card,
            coalesce(s.document, json_build_object('id', s.key, 'kind', s.kind, 'state', s.state)::text),
            s.findings, s.facets, s.mentions, s.names, s.words, change_number, at,
            (SELECT key::text FROM orgs_record w WHERE w.id = s.successor_id),
            CASE WHEN s.state = 'gone' THEN s.withdrawn_on END,
            CASE WHEN s.state = 'gone' THEN s.withdrawn_reason ELSE '' END
        FROM shown s
        ON CONFLICT (id) DO UPDATE SET
            key = keep(e.key, excluded.key), state = excluded.state,
            slug = keep(e.slug, excluded.slug), label = excluded.label,
            sort_key = keep(e.sort_key, excluded.sort_key),
            card = excluded.card, document = excluded.document, findings = excluded.findings,
            facets = keep(e.facets, excluded.facets), mentions = keep(e.mentions, excluded.mentions),
            names = keep(e.names, excluded.names), words = keep(e.words, excluded.words),
            change = CASE WHEN (e.document, e.findings, e.state)
                               = (excluded.document, excluded.findings, excluded.state)
                          THEN e.change ELSE excluded.change END,
            updated = CASE WHEN (e.document, e.findings, e.state)
                                = (excluded.document, excluded.findings, excluded.state)
                           THEN e.updated ELSE excluded.updated END,
            successor = excluded.successor, gone_on = excluded.gone_on,
            gone_reason = excluded.gone_reason
        WHERE (e.key, e.state, e.slug, e.label, e.sort_key, e.document, e.findings, e.facets, e.words,
               e.mentions, e.names, e.card, e.successor, e.gone_on, e.gone_reason)
            IS DISTINCT FROM (excluded.key, excluded.state, excluded.slug, excluded.label,
                              excluded.sort_key, excluded.document, excluded.findings,
                              excluded.facets, excluded.words, excluded.mentions, excluded.names,
                              excluded.card, excluded.successor, excluded.gone_on,
                              excluded.gone_reason)
        RETURNING e.id, e.change
    )
    SELECT array_agg(id) INTO changed FROM written WHERE change = change_number;

    DELETE FROM orgs_entryspan WHERE entry_id = ANY (ids);

    -- A hidden record leaves no trace but the change that says it is gone.
    WITH removed AS (
        DELETE FROM orgs_entry e WHERE e.id = ANY (ids) AND EXISTS (
            SELECT FROM orgs_record r WHERE r.id = e.id AND r.successor_id IS NULL
              AND r.level <> 'withdrawn' AND NOT visible(r.level, r.embargo_until, 0, today))
        RETURNING e.id, e.key, e.kind
    ), logged AS (
        INSERT INTO orgs_entrychange (entry, key, kind, change, state)
        SELECT id, key, kind, change_number, 'gone' FROM removed RETURNING entry
    )
    SELECT array_agg(entry) INTO gone FROM logged;

    INSERT INTO orgs_entryspan (entry_id, facet_id, span)
    SELECT DISTINCT e.id, facet.id, g.span
    FROM unnest(given) g
    JOIN orgs_entry e ON e.id = g.record AND e.state = 'published'
    JOIN orgs_facet facet ON facet.filter = g.filter AND facet.value = g.value
    WHERE g.filter IN (@dated@);

    INSERT INTO orgs_entrychange (entry, key, kind, change, state)
    SELECT e.id, e.key, e.kind, change_number, e.state FROM orgs_entry e WHERE e.id = ANY (changed);

    RETURN QUERY SELECT unnest(coalesce(changed, '{}') || coalesce(gone, '{}'));
END
$$;

-- Write the current findings about these records into their entries, where they differ. Their statements
-- do not change. Returns the ids of the entries that changed.
CREATE FUNCTION write_findings(change_number bigint, at timestamptz, analysis jsonb) RETURNS SETOF bigint
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    changed bigint[];
BEGIN
    INSERT INTO orgs_facet (filter, value)
    SELECT DISTINCT answer.key, answer.value
    FROM findings_of(analysis) j, jsonb_each_text(j.answers) answer ON CONFLICT DO NOTHING;

    WITH given AS MATERIALIZED (
        SELECT * FROM findings_of(analysis)
    ), answers AS MATERIALIZED (
        -- The facets of all findings, by finding: a few.
        SELECT f.id, f.filter, f.value FROM orgs_facet f
        WHERE f.filter IN (SELECT DISTINCT jsonb_object_keys(answers) FROM given)
    ), facets AS MATERIALIZED (
        SELECT s.id, array_agg(a.id) AS facets
        FROM given s, jsonb_each_text(s.answers) answer, answers a
        WHERE (a.filter, a.value) = (answer.key, answer.value) GROUP BY s.id
    ), written AS (
        UPDATE orgs_entry e SET findings = s.members, change = change_number, updated = at,
            facets = keep(e.facets, ARRAY(
                SELECT unnest(e.facets) EXCEPT SELECT a.id FROM answers a
                UNION SELECT unnest(h.facets) ORDER BY 1))
        FROM given s LEFT JOIN facets h USING (id)
        WHERE e.id = s.id AND e.state = 'published' AND e.findings <> s.members
        RETURNING e.id, e.key, e.kind, e.state
    ), logged AS (
        INSERT INTO orgs_entrychange (entry, key, kind, change, state)
        SELECT id, key, kind, change_number, state FROM written
    )
    SELECT array_agg(id) INTO changed FROM written;

    RETURN QUERY SELECT unnest(changed);
END
$$;
