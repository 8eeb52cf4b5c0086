-- The statements of all kinds, and those that a reader may read.

-- All statements of all kinds. No joins inside, and the same column types in each branch: otherwise
-- PostgreSQL cannot push a record's id into the branches.
CREATE VIEW orgs_statement AS
@branches@;

-- The statements about these records that a reader may read, as the catalogue knew them at a change
-- (NULL: all there ever were), holding in a period (NULL: ever). The only place that decides what may
-- be read. PostgreSQL inlines it into the functions below, which all take many records: one query for
-- 500 records costs a tenth of 500 queries.
-- PostgreSQL plans these functions once per connection, often while tables are small. Their settings make
-- it look everything up by key, which is right at any size.
-- What happens at a gathering happened once and stays true: where it met, who took part in it.
-- `only_part` limits the statements to one part of the documents and skips the tables of the others.
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

-- Whether a place contradicts one of the others, by the places that contain them today. Places that are
-- denied have negative numbers. A city does not contradict its country, nor the denial of another city.
CREATE FUNCTION contradicts_place(place bigint, others bigint[]) RETURNS boolean
LANGUAGE sql STABLE SET plan_cache_mode = force_generic_plan AS $$
    SELECT EXISTS (
        SELECT FROM unnest(others) other, LATERAL (SELECT
            EXISTS (SELECT FROM orgs_ancestor
                    WHERE record_id = abs(place) AND ancestor_id = abs(other)) AS is_inside,
            EXISTS (SELECT FROM orgs_ancestor
                    WHERE record_id = abs(other) AND ancestor_id = abs(place)) AS is_around) each
        WHERE CASE WHEN other = place THEN false
                   WHEN other = -place THEN true
                   WHEN place > 0 AND other > 0 THEN NOT (is_inside OR is_around)
                   WHEN place > 0 THEN is_inside
                   ELSE other > 0 AND is_around END)
$$;

-- The same as items of documents: each with its speaker, place, time and confidence. What they mention is
-- looked up once for all of them. The keys of an item are in reading order: its number, what it says,
-- when, the speaker, the source, what the catalogue derives from it.
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
            'disputed', s.rival IS NOT NULL
                AND min(s.rival_value || s.holds) OVER rivals <> max(s.rival_value || s.holds) OVER rivals
                AND (s.rival_place IS NULL OR contradicts_place(
                    CASE WHEN s.holds THEN s.rival_place ELSE -s.rival_place END,
                    array_agg(CASE WHEN s.holds THEN s.rival_place ELSE -s.rival_place END)
                        FILTER (WHERE s.rival_place IS NOT NULL) OVER rivals)),
            'preferred', s.preferred, 'note', s.note)::text, -1), 2)
        || CASE WHEN reader = 0 THEN '' ELSE ', "tier" : ' || s.tier END || '}')::json
    FROM readable s
    WINDOW rivals AS (PARTITION BY s.record_id, s.part, s.rival)
$$;
