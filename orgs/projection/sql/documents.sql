-- The documents of entries, composed from statements.

-- The documents of these records: the statements about each, for a period (NULL: ever), as known when
-- change `known_at` had been accepted (NULL: now), to a reader. The projection is
-- documents_of(ids, NULL, NULL, 0, today). No row for a record that the reader may not see.
CREATE FUNCTION documents_of(ids bigint[], as_of daterange, known_at bigint, reader int, today date)
RETURNS TABLE (id bigint, label text, document text)
LANGUAGE sql STABLE SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    WITH requested AS MATERIALIZED (
        SELECT r.*, label_of(r.id, coalesce(known_at, 9223372036854775807), reader) AS label
        FROM orgs_record r WHERE r.id = ANY (ids)
    ), statements AS MATERIALIZED (
        SELECT * FROM statements_of(ids, as_of, coalesce(known_at, 9223372036854775807), reader, today)
    ), part AS MATERIALIZED (
        SELECT record_id AS id,
            @parts@,
            coalesce(json_agg(item ORDER BY preferred DESC, id) FILTER (WHERE part = 'traits' AND scheme = 'form' AND own), '[]') AS calls_itself,
            coalesce(json_agg(item ORDER BY preferred DESC, id) FILTER (WHERE part = 'traits' AND scheme = 'form' AND NOT own), '[]') AS called,
            coalesce((array_agg(term_code ORDER BY preferred DESC, id) FILTER (WHERE scheme = 'sphere' AND holds))[1], '') AS sphere
        FROM (
            SELECT record_id, id, part, scheme, term_code, preferred, holds, own, item FROM statements
            UNION ALL
            -- A record without statements has a document, too.
            SELECT unnest(ids), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) items
        GROUP BY record_id
    ), traits AS MATERIALIZED (
        SELECT schemes.record_id, json_object_agg(scheme, items ORDER BY scheme) AS traits FROM (
            SELECT record_id, scheme, json_agg(item ORDER BY preferred DESC, id) AS items
            FROM statements WHERE part = 'traits' GROUP BY record_id, scheme) schemes
        GROUP BY schemes.record_id
    ), cited AS MATERIALIZED (
        SELECT citation.record_id, json_agg(json_build_object(
                'id', seen.key, 'short', source_name(s.source_kind, s.published_by_id, s.short, reader),
                'title', source_name(s.source_kind, s.published_by_id, s.title, reader),
                'authors', CASE WHEN seen.key = s.key THEN s.authors ELSE '' END,
                'issued', s.issued, 'observed', s.observed, 'observed_inferred', s.observed_inferred,
                'url', page_of('source', seen.key), 'api_url', api_url_of('source', seen.key))
                ORDER BY seen.key) AS sources
        FROM (SELECT DISTINCT record_id, source_id FROM statements) citation
        JOIN orgs_source s ON s.id = citation.source_id,
        LATERAL (SELECT source_key(s.key, s.id, s.published_by_id, reader) AS key OFFSET 0) seen
        GROUP BY citation.record_id
    ), observations AS MATERIALIZED (
        -- The latest observation: by itself, by a network of which it is a member, by anyone.
        SELECT record_id, json_build_object(
                'itself', (array_agg(observed ORDER BY until DESC, observed) FILTER (WHERE itself))[1],
                'network', (array_agg(observed ORDER BY until DESC, observed) FILTER (WHERE network))[1],
                'anyone', (array_agg(observed ORDER BY until DESC, observed))[1]) AS observed
        FROM (
            SELECT observation.*, coalesce(upper(edtf_range(observed)), lower(edtf_range(observed))) AS until
            FROM (
                SELECT DISTINCT statements.record_id, item ->> 'observed' AS observed,
                    p.id IS NOT NULL AND p.id = statements.record_id AND statements.part = 'coverage'
                        AND item ->> 'verdict' = 'confirmed' AS itself,
                    p.id IS NOT NULL AND statements.part = 'memberships' AND statements.holds
                        AND item -> 'partnership' ->> 'id' = p.key::text AS network
                FROM statements JOIN orgs_source s ON s.id = statements.source_id
                LEFT JOIN orgs_record p ON p.id = s.published_by_id AND s.source_kind = 'own') observation
            ) each GROUP BY record_id
    )
    SELECT r.id, r.label, left(json_build_object(
            'id', r.key,
            'slug', slug_of(r.level, r.slug, r.key, reader),
            'kind', r.kind,
            'url', page_of(r.kind, slug_of(r.level, r.slug, r.key, reader)),
            'api_url', api_url_of(r.kind, r.key::text),
            'label', r.label,
            'sphere', part.sphere,
            @members@,
            'observed', coalesce(observations.observed, '{"itself" : null, "network" : null, "anyone" : null}'),
            'sources', coalesce(cited.sources, '[]'))::text, -1)
        || CASE WHEN r.kind = 'partnership' THEN
            ', "calls_itself" : ' || part.calls_itself || ', "called" : ' || part.called
            || ', "members" : "/api/v1/memberships/?partnership=' || r.key || '"' ELSE '' END
        || '}'
    FROM requested r
    JOIN part ON part.id = r.id
    LEFT JOIN traits ON traits.record_id = r.id
    LEFT JOIN cited ON cited.record_id = r.id
    LEFT JOIN observations ON observations.record_id = r.id
    WHERE visible(r.level, r.embargo_until, reader, today) AND r.successor_id IS NULL
$$;

-- The document of one record; NULL if the reader may not see it.
CREATE FUNCTION compose(pk bigint, as_of daterange, known_at bigint, reader int, today date)
RETURNS text
LANGUAGE sql STABLE SET plan_cache_mode = force_generic_plan AS $$
    SELECT document FROM documents_of(ARRAY[pk], as_of, known_at, reader, today)
$$;

-- Whether this reader could see a record when a change had been accepted.
CREATE FUNCTION was_known(pk bigint, known bigint, reader int) RETURNS boolean
LANGUAGE sql STABLE SET plan_cache_mode = force_generic_plan AS $$
    SELECT EXISTS (SELECT FROM orgs_statement s
                   WHERE s.record_id = pk AND s.tier <= reader AND s.added <= known)
$$;

-- The document of a source. It has no other clock. Of a source whose publisher's name is withheld only its
-- kind and its dates remain.
CREATE FUNCTION compose_source(pk bigint, reader int, today date) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', seen.key, 'slug', seen.key, 'kind', 'source', 'url', page_of('source', seen.key),
        'api_url', api_url_of('source', seen.key),
        'label', source_name(s.source_kind, s.published_by_id, s.short, reader),
        'title', source_name(s.source_kind, s.published_by_id, s.title, reader),
        'authors', CASE WHEN masked THEN '' ELSE s.authors END, 'issued', s.issued,
        'source_kind', s.source_kind, 'container', CASE WHEN masked THEN '' ELSE s.container END,
        'publisher', CASE WHEN masked THEN '' ELSE s.publisher END,
        'published_by', CASE WHEN visible(p.level, p.embargo_until, reader, today) AND NOT masked
                        THEN mention_of(p.id, 9223372036854775807, reader) END,
        'urls', CASE WHEN masked THEN '[]' ELSE s.urls END,
        'language', s.language, 'observed', s.observed,
        'observed_inferred', s.observed_inferred, 'in_bibliography', s.in_bibliography,
        'note', CASE WHEN masked THEN '' ELSE s.note END,
        'citations', (
            SELECT coalesce(json_agg(json_build_object(
                'locator', c.locator, 'as_printed', CASE WHEN hides THEN '' ELSE c.as_printed END,
                'cites', CASE WHEN w.tier <= reader AND NOT hides THEN w.key END,
                'note', CASE WHEN hides THEN '' ELSE c.note END) ORDER BY c.id), '[]')
            FROM orgs_citation c LEFT JOIN orgs_source w ON w.id = c.cites_id,
            LATERAL (SELECT name_is_withheld(w.published_by_id, reader) AS hides OFFSET 0) cited
            WHERE c.source_id = s.id AND NOT masked),
        'cited_by', (
            SELECT coalesce(json_agg(json_build_object(
                'source', source_key(w.key, w.id, w.published_by_id, reader),
                'locator', c.locator, 'as_printed', c.as_printed) ORDER BY c.id), '[]')
            FROM orgs_citation c JOIN orgs_source w ON w.id = c.source_id AND w.tier <= reader
            WHERE c.cites_id = s.id AND NOT masked AND NOT name_is_withheld(w.published_by_id, reader)))::text
    FROM orgs_source s LEFT JOIN orgs_record p ON p.id = s.published_by_id,
    LATERAL (SELECT name_is_withheld(p.id, reader) AS masked,
                 source_key(s.key, s.id, p.id, reader) AS key OFFSET 0) seen
    -- The words of a hidden organization must not reveal that it is in the catalogue.
    WHERE s.id = pk AND s.tier <= reader
      AND (s.source_kind <> 'own' OR p.id IS NULL OR visible(p.level, p.embargo_until, reader, today))
$$;

CREATE FUNCTION compose_term(pk bigint, reader int) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', t.scheme || ':' || t.code, 'slug', t.scheme || ':' || t.code, 'kind', 'term',
        'url', '/terms/' || t.scheme || '/#' || t.code,
        'api_url', api_url_of('term', t.scheme || ':' || t.code), 'label', t.labels ->> 'en',
        'scheme', t.scheme, 'code', t.code, 'labels', t.labels, 'definitions', t.definitions,
        'quote', CASE WHEN s.tier > reader THEN '' ELSE t.quote END,
        'source', CASE WHEN s.tier <= reader THEN source_key(s.key, s.id, s.published_by_id, reader) END,
        'locator', CASE WHEN s.tier > reader THEN '' ELSE t.locator END,
        'speaker', CASE WHEN s.tier > reader THEN NULL ELSE nullif(t.speaker_name, '') END,
        'broader', b.scheme || ':' || b.code, 'position', t.position, 'needs_purpose', t.needs_purpose)::text
    FROM orgs_term t
    LEFT JOIN orgs_source s ON s.id = t.source_id
    LEFT JOIN orgs_term b ON b.id = t.broader_id
    WHERE t.id = pk
$$;

CREATE FUNCTION compose_arena(pk bigint) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', a.code, 'slug', a.code, 'kind', 'arena', 'url', page_of('arena', a.code),
        'api_url', api_url_of('arena', a.code),
        'label', a.label, 'definition', a.definition, 'locator', a.locator, 'position', a.position,
        'actors', '/api/v1/organizations/?arena=' || a.code)::text
    FROM orgs_arena a WHERE a.id = pk
$$;

-- Memberships as items of their own: the statement, with both actors.
CREATE FUNCTION memberships_of(ids bigint[], today date) RETURNS TABLE (id bigint, document text)
LANGUAGE sql STABLE SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    SELECT m.id, json_build_object(
        'id', m.id::text, 'slug', m.id::text, 'kind', 'membership',
        'url', page_of(r.kind, slug_of(r.level, r.slug, r.key, 0)) || '#statement-' || m.id,
        'api_url', api_url_of('membership', m.id::text),
        'label', (member ->> 'label') || ' in ' || (statement.item -> 'partnership' ->> 'label'),
        'member', member, 'membership', statement.item,
        'confirmed', CASE WHEN by_member AND by_partnership THEN 'both' WHEN by_member THEN 'member'
            WHEN by_partnership THEN 'partnership' WHEN by_another THEN 'other' END)::text
    FROM (
        -- Which speakers state that a member belongs to a partnership.
        SELECT statement.id, statement.item,
            bool_or(statement.holds AND side = 'member') OVER pair AS by_member,
            bool_or(statement.holds AND side = 'partnership') OVER pair AS by_partnership,
            bool_or(statement.holds AND side = 'other') OVER pair AS by_another
        FROM statements_of(
            ARRAY(SELECT DISTINCT record_id FROM orgs_membership WHERE orgs_membership.id = ANY (ids)),
            NULL, 9223372036854775807, 0, today, 'memberships') statement
        JOIN orgs_membership s ON s.id = statement.id,
        LATERAL (SELECT CASE WHEN s.speaker_id = s.partnership_id THEN 'partnership'
            WHEN s.speaker_id = s.record_id OR s.voice = 'own' AND s.speaker_id IS NULL THEN 'member'
            ELSE 'other' END AS side) spoken
        WINDOW pair AS (PARTITION BY s.record_id, s.partnership_id)) statement
    JOIN orgs_membership m ON m.id = statement.id AND m.id = ANY (ids)
    JOIN orgs_record r ON r.id = m.record_id,
    LATERAL (SELECT mention_of(r.id, 9223372036854775807, 0) AS member OFFSET 0) mentioned
    WHERE r.successor_id IS NULL AND visible(r.level, r.embargo_until, 0, today)
$$;
