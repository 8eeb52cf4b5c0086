-- The projection: one view over all kinds of statement, and the functions that turn statements
-- into documents and entries. Written anew after every migration, from the register of kinds.

-- Every statement of every kind. No joins inside and the same column types in each branch:
-- otherwise PostgreSQL cannot push a record's id into the branches.
CREATE VIEW orgs_statement AS
@branches@;

-- Whether this reader (a tier) may see a record of this level on this day.
CREATE FUNCTION visible(level text, embargo_until date, reader int, today date) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE level WHEN 'listed' THEN true WHEN 'name_withheld' THEN true
        WHEN 'embargoed' THEN embargo_until <= today OR reader >= 2
        ELSE reader >= 2 END
$$;

CREATE FUNCTION page_of(kind text, slug text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT '/' || CASE kind @paths@ END || '/' || slug || '/'
$$;

-- The permanent address of the same in the API.
CREATE FUNCTION api_url_of(kind text, key text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT '/api/v1' || page_of(kind, key)
$$;

-- What a record is called in headings and lists, as the catalogue knew it at change `known`.
CREATE FUNCTION label_of(pk bigint, known bigint, reader int) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
    SELECT CASE WHEN r.level = 'name_withheld' AND reader < 2 THEN 'Name withheld'
        ELSE coalesce((
            SELECT n.text FROM orgs_name n JOIN orgs_source s ON s.id = n.source_id AND s.tier <= reader
            WHERE n.record_id = r.id AND n.tier <= reader AND n.holds
              AND n.added <= known AND (n.retired IS NULL OR n.retired > known)
            ORDER BY n.preferred DESC, n.language = 'en' DESC, n.name_kind = 'official' DESC, n.id
            LIMIT 1), r.slug) END
    FROM orgs_record r WHERE r.id = pk
$$;

-- Whether this reader may not know what a record is called.
CREATE FUNCTION name_is_withheld(pk bigint, reader int) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
    SELECT reader < 2 AND EXISTS (SELECT FROM orgs_record r WHERE r.id = pk AND r.level = 'name_withheld')
$$;

-- What a source is called. A source in which an organization writes itself is called like the
-- organization. A source published by an organization whose name is withheld would name it.
CREATE FUNCTION source_name(kind text, body bigint, written text, reader int) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
    SELECT CASE WHEN body IS NULL THEN written
        WHEN name_is_withheld(body, reader) THEN 'Name withheld'
        WHEN kind <> 'own' THEN written
        WHEN reader < 2 AND EXISTS (SELECT FROM orgs_record r
                                    WHERE r.id = body AND r.level IN ('hidden', 'withdrawn'))
        THEN 'Name withheld' ELSE label_of(body, 9223372036854775807, reader) END
$$;

-- The key of a source as a reader sees it: a key that was typed could name the publisher. That of a source
-- in which an organization writes itself is made of the organization's own key, which is no secret.
CREATE FUNCTION source_key(key text, pk bigint, body bigint, reader int) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
    SELECT CASE WHEN body IS NULL OR NOT name_is_withheld(body, reader)
                  OR key = 'own-' || (SELECT r.key FROM orgs_record r WHERE r.id = body)
        THEN key ELSE md5('source ' || pk)::uuid::text END
$$;

-- The slug that a reader sees: a record whose name is withheld is addressed by its key.
CREATE FUNCTION slug_of(level text, slug text, key uuid, reader int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN level = 'name_withheld' AND reader < 2 THEN key::text ELSE slug END
$$;

-- How another document mentions a record.
CREATE FUNCTION mention_of(pk bigint, known bigint, reader int) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
    SELECT json_build_object(
        'id', r.key, 'kind', r.kind, 'slug', slug_of(r.level, r.slug, r.key, reader),
        'label', label_of(r.id, known, reader),
        'url', page_of(r.kind, slug_of(r.level, r.slug, r.key, reader)),
        'api_url', api_url_of(r.kind, r.key::text))
    FROM orgs_record r WHERE r.id = pk
$$;

-- The statements about these records that a reader may read, as they were known at a change (or
-- every one there ever was: NULL), holding in a period (or ever: NULL). The one place that says what
-- may be read; written so that PostgreSQL works it into the queries of the functions below, which all
-- take many records: asking once for 500 costs a tenth of asking 500 times.
-- PostgreSQL plans them once a connection, often while tables are small. Their settings make it look
-- everything up by its key, which is right at any size.
-- What happens at a gathering happened once and stays true: where it met, who took part in it.
-- `only_part` limits them to one part of the documents and skips the tables of the others.
CREATE FUNCTION readable_statements(ids bigint[], as_of daterange, known bigint, reader int, today date, only_part text DEFAULT NULL)
RETURNS TABLE (statement orgs_statement, happens boolean, scheme text, term_code text, term_label text, source_key text)
LANGUAGE sql STABLE AS $$
    SELECT s, once.happens, t.scheme, t.code, t.labels ->> 'en',
        CASE WHEN src.published_by_id IS NULL THEN src.key
             ELSE source_key(src.key, src.id, src.published_by_id, reader) END
    FROM orgs_statement s
    JOIN orgs_record r ON r.id = s.record_id
    JOIN orgs_source src ON src.id = s.source_id
    LEFT JOIN orgs_term t ON t.id = s.term_id
    LEFT JOIN orgs_record o ON o.id = s.object_id,
    LATERAL (SELECT s.happens OR s.part IN ('places', 'relations', 'involvements')
                    AND 'gathering' IN (r.kind, coalesce(o.kind, '')) AS happens) once
    WHERE s.record_id = ANY (ids) AND s.tier <= reader AND src.tier <= reader
      AND (only_part IS NULL OR s.part = only_part)
      AND (known IS NULL OR s.added <= known AND (s.retired IS NULL OR s.retired > known))
      AND (as_of IS NULL OR CASE WHEN once.happens THEN lower(s.span) IS NULL OR NOT as_of << s.span
                                 ELSE s.span && as_of END)
      AND (o.id IS NULL OR visible(o.level, o.embargo_until, reader, today))
      AND (r.level <> 'name_withheld' OR reader >= 2
           OR s.part NOT IN ('names', 'links', 'identifiers', 'contacts', 'texts'))
$$;

-- The same as items of documents: each with who says it, where, when and how firmly. What they
-- mention is looked up once for all of them. The keys of an item are in reading order: its number,
-- what it says, when, who says it, the source, what the catalogue makes of it.
CREATE FUNCTION statements_of(ids bigint[], as_of daterange, known bigint, reader int, today date, only_part text DEFAULT NULL)
RETURNS TABLE (
    id bigint, record_id bigint, part text, scheme text, term_code text, preferred boolean,
    source_id bigint, holds boolean, own boolean, added bigint, retired bigint, item json)
LANGUAGE sql STABLE SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    WITH readable AS MATERIALIZED (
        SELECT (h.statement).*, h.happens AS once, h.scheme, h.term_code, h.term_label, h.source_key
        FROM readable_statements(ids, as_of, known, reader, today, only_part) h
    ), mentioned AS MATERIALIZED (
        -- By number, in one value that is read once: a join might compare every statement with
        -- every mention, or copy all mentions for every statement. As text, which keeps their order.
        SELECT jsonb_object_agg(id, mention::text) AS objects,
            jsonb_object_agg(id, json_build_object(
                'id', mention -> 'id', 'label', mention -> 'label', 'url', mention -> 'url',
                'api_url', mention -> 'api_url')::text) FILTER (WHERE seen) AS speakers
        FROM (
            SELECT r.id, mention_of(r.id, coalesce(known, 9223372036854775807), reader) AS mention,
                visible(r.level, r.embargo_until, reader, today) AS seen
            FROM (SELECT object_id FROM readable UNION SELECT speaker_id FROM readable) mentioned (id)
            JOIN orgs_record r ON r.id = mentioned.id) each
    )
    SELECT s.id, s.record_id, s.part, s.scheme, s.term_code, s.preferred, s.source_id,
        s.holds, s.voice = 'own' OR coalesce(s.speaker_id = s.record_id, false), s.added, s.retired,
        ('{"statement" : ' || s.id
        || coalesce(', ' || nullif(substr(left(s.item::text, -1), 2), ''), '')
        || CASE WHEN s.object_name = '' THEN ''
                ELSE ', "' || s.object_name || '" : '
                    || coalesce((SELECT objects FROM mentioned) ->> s.object_id::text, 'null') END
        || CASE WHEN s.term_name = '' THEN ''
                ELSE ', ' || substr(left(json_build_object(s.term_name, s.term_code, 'label', s.term_label)::text, -1), 2) END
        || ', ' || substr(left(json_build_object(
            'detail', s.detail,
            'holds', s.holds,
            'when', nullif(s.edtf, ''),
            'observed', s.observed,
            'current', s.once OR s.span @> today,
            'voice', s.voice,
            'speaker', CASE
                WHEN s.speaker_id IS NULL AND s.speaker_name = '' THEN NULL
                WHEN s.speaker_id IS NULL THEN
                    json_build_object('id', NULL, 'label', s.speaker_name, 'url', NULL, 'api_url', NULL)
                ELSE ((SELECT speakers FROM mentioned) ->> s.speaker_id::text)::json END,
            'confidence', s.confidence,
            'source', s.source_key, 'locator', s.locator, 'quote', s.quote,
            'disputed', s.rival IS NOT NULL AND
                min(s.rival_value || s.holds) OVER (PARTITION BY s.record_id, s.part, s.rival)
                <> max(s.rival_value || s.holds) OVER (PARTITION BY s.record_id, s.part, s.rival),
            'preferred', s.preferred, 'note', s.note)::text, -1), 2)
        || CASE WHEN reader = 0 THEN '' ELSE ', "tier" : ' || s.tier END || '}')::json
    FROM readable s
$$;

-- The documents of these records: the statements about each, for a period (or ever: NULL), as known
-- when change `known_at` had been accepted (or now: NULL), to a reader. The projection is
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

-- The documents of what is not a record. None of them answers another clock.
-- Of a source published by an organization whose name is withheld only its kind and its dates are left.
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
    -- Of a body that is hidden nobody learns by its own words that it is here.
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

-- Whether readers may know why a change was made, and of what it is a part: the sentences could name
-- a record that the change is about, or whose source it uses, and that is not listed (any longer).
CREATE FUNCTION reason_may_show(about bigint[], today date) RETURNS boolean
LANGUAGE sql STABLE SET plan_cache_mode = force_generic_plan AS $$
    SELECT NOT EXISTS (
        SELECT FROM orgs_record r WHERE r.id = ANY (about)
          AND (r.level = 'name_withheld' OR NOT visible(r.level, r.embargo_until, 0, today))
    ) AND NOT EXISTS (
        SELECT FROM orgs_source s LEFT JOIN orgs_record p ON p.id = s.published_by_id
        WHERE s.id = ANY (about) AND (s.tier > 0 OR p.id IS NOT NULL
          AND (p.level = 'name_withheld' OR NOT visible(p.level, p.embargo_until, 0, today)))
    )
$$;

-- Decides anew which reasons readers may know, of the changes about these records and sources.
CREATE FUNCTION show_reasons(ids bigint[], today date) RETURNS void
LANGUAGE sql AS $$
    UPDATE orgs_changeset c SET reason_shown = NOT c.reason_shown
    WHERE c.about && (ids || ARRAY(SELECT id FROM orgs_source WHERE published_by_id = ANY (ids)))
      AND c.state = 'accepted'
      AND c.reason_shown <> (NOT c.reason_redacted AND reason_may_show(c.about, today))
$$;

-- The same value in the same bytes: so that an entry whose keys stay the same is updated in place
-- (HOT), since PostgreSQL compares index columns byte by byte.
CREATE FUNCTION keep(old anyelement, new anyelement) RETURNS anyelement
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE WHEN old = new THEN old ELSE new END $$;

-- The filter values of these records, each with the days on which it holds.
CREATE FUNCTION facets_of(ids bigint[], today date)
RETURNS TABLE (record bigint, filter text, value text, span daterange, now boolean)
LANGUAGE sql STABLE SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    WITH statements AS MATERIALIZED (
        SELECT (h.statement).record_id AS record, (h.statement).part, h.scheme, h.term_code, (h.statement).facet, (h.statement).facet_value,
            (h.statement).object_id, (h.statement).span, h.happens, (h.statement).voice,
            (h.statement).source_id, (h.statement).observed,
            (h.statement).voice = 'own' OR coalesce((h.statement).speaker_id = (h.statement).record_id, false) AS own
        FROM readable_statements(ids, NULL, 9223372036854775807, 0, today) h WHERE (h.statement).holds
    ), given AS (
        SELECT record, CASE WHEN facet = 'term' AND scheme = 'form' AND own THEN 'calls_itself'
                    WHEN facet = 'term' AND scheme = 'form' THEN 'called'
                    WHEN facet = 'term' THEN scheme ELSE facet END AS filter,
            coalesce(facet_value, CASE WHEN facet IN ('term', 'measure', 'dimension') THEN term_code END,
                     object_id::text) AS value,
            object_id, span, happens
        FROM statements WHERE facet IS NOT NULL
    ), widened AS (
        -- What is in a city is in its country and its regions, too.
        SELECT g.record, g.filter, a.ancestor_id::text AS value, g.span, g.happens
        FROM given g JOIN orgs_ancestor a ON a.record_id = g.object_id
        JOIN orgs_record up ON up.id = a.ancestor_id AND visible(up.level, up.embargo_until, 0, today)
        WHERE g.value = g.object_id::text
        UNION ALL
        SELECT g.record, g.filter, g.value, g.span, g.happens FROM given g
        UNION ALL
        SELECT s.record, 'related_by', term_code || ':' || object_id, s.span, s.happens FROM statements s WHERE part = 'relations'
        UNION ALL
        SELECT record, 'voice', voice, daterange(NULL, NULL), true FROM statements
        UNION ALL
        SELECT record, 'source', source_id::text, daterange(NULL, NULL), true FROM statements
        UNION ALL
        -- The years in which it confirmed its entry, or a network its membership.
        SELECT s.record, 'confirmed', to_char(upper(edtf_range(s.observed)) - 1, 'YYYY'), daterange(NULL, NULL), true
        FROM statements s JOIN orgs_source o ON o.id = s.source_id AND o.source_kind = 'own'
        WHERE o.published_by_id = s.record AND s.part = 'coverage'
           OR s.part = 'memberships' AND o.published_by_id = s.object_id
        UNION ALL
        SELECT record, 'exists', '', daterange(
            opened, CASE WHEN closed <= opened THEN opened + 1 ELSE closed END), true
        FROM (
            SELECT s.record,
                coalesce(min(lower(s.span)) FILTER (WHERE s.facet_value IN ('founded', 'held', 'planned')),
                         CASE WHEN count(*) FILTER (WHERE s.facet_value IN ('founded', 'held', 'planned')) = 0
                              THEN min(lower(s.span)) END) AS opened,
                coalesce(max(upper(s.span)) FILTER (WHERE s.facet_value = 'ended'),
                         max(upper(s.span)) FILTER (WHERE s.facet_value IN ('held', 'planned'))) AS closed
            FROM (SELECT s.record, s.span, CASE WHEN s.part = 'dates' THEN s.facet_value END AS facet_value
                  FROM statements s) s
            GROUP BY s.record) existence
    )
    SELECT record, filter, value, span, happens OR span @> today FROM widened
    WHERE filter IS NOT NULL AND value IS NOT NULL
$$;

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

-- The searchable names of these records, folded, in one text.
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

-- Everything that these records' documents mention: to be written anew when what they mention is
-- renamed, moved, hidden or shown. What one would mention if something were not hidden counts too,
-- with a minus sign: no search matches it.
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

-- The card that lists show: drawn from the document, so it contains no more than that.
CREATE FUNCTION card_of(document jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT json_build_object(
        'id', document -> 'id', 'kind', document -> 'kind', 'slug', document -> 'slug',
        'url', document -> 'url', 'label', document -> 'label', 'sphere', document -> 'sphere',
        'acronym', jsonb_path_query_first(document, '$.names[*] ? (@.name_kind == "acronym").text'),
        'where', jsonb_path_query_array(document,
            '$.places[*] ? ((@.role == "seat" || @.role == "held_at") && @.holds == true).place.label'),
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

-- Writes the entries of these records anew, as of change `number` and the catalogue's day, with the
-- findings about them. Returns the ids of the entries whose public document changed.
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

    -- What is hidden leaves no trace but the change that says it is gone.
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

-- Writes into the entries of these records the findings about them now, where they differ. Their
-- statements are unchanged. Returns the ids of the entries that changed.
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
        -- The facets of all answers that there are, by what is answered: a few.
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

-- What the entries of these sources, terms, arenas and memberships say; a document that is NULL
-- is not shown. `facets` are filter:value.
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
                     UNION SELECT c.source_id FROM orgs_citation c WHERE c.cites_id = s.id), NULL),
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

-- The days on which memberships hold, by what lists ask of them.
CREATE FUNCTION dated_memberships(ids bigint[])
RETURNS TABLE (id bigint, filter text, value text, span daterange)
LANGUAGE sql STABLE AS $$
    SELECT m.id, facet.filter, facet.value, m.span
    FROM orgs_membership m, LATERAL (VALUES
        ('partnership', m.partnership_id::text), ('member', m.record_id::text), ('exists', '')
    ) facet (filter, value)
    WHERE m.id = ANY (ids)
$$;

-- The other columns of their entries.
CREATE FUNCTION other_card(key text, kind text, slug text, label text, document text, card jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (jsonb_build_object('id', key, 'kind', kind, 'slug', slug, 'label', label,
                               'url', document::jsonb -> 'url') || card)::text
$$;
CREATE FUNCTION other_words(names text, others text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(setweight(plain_words(names), 'A'), '') || coalesce(setweight(plain_words(others), 'B'), '')
$$;

-- The same for sources, terms, arenas and memberships: their filters are simpler.
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

-- Every word of a question, each the beginning of a word that is looked for.
CREATE FUNCTION prefix_query(question text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(quote_literal(lexeme) || ':*', ' & '), '')::tsquery
    FROM unnest(plain_words(question))
$$;

-- The pattern of names that have the question in them: for scripts without spaces between words.
CREATE FUNCTION names_pattern(question text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT '%' || replace(replace(replace(plain(trim(question)), '\', '\\'), '%', '\%'), '_', '\_') || '%'
$$;

-- The patterns of names that have every word of the question in them, as words or in words.
CREATE FUNCTION names_patterns(question text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg('%' || lexeme || '%'), '{}') FROM unnest(plain_words(question))
$$;

-- The entries with a name much like the question: what a typing error meant.
CREATE FUNCTION named_like(question text) RETURNS SETOF bigint
LANGUAGE sql STABLE SET pg_trgm.word_similarity_threshold = 0.5 AS $$
    SELECT id FROM orgs_entry WHERE names %> plain(trim(question))
$$;

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
