-- The limit of the import: the same rows, written by hand and all at once. It knows that every row
-- says the same seven things; the catalogue's own importer knows nothing beforehand.
-- Parameters: number and at of the change, the key of the source, the day.

-- A statement as documents have it; `content` is what only its kind has.
CREATE OR REPLACE FUNCTION pg_temp.item(statement bigint, content text, "when" text, voice text, preferred boolean,
    observed text, source text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT '{"statement" : ' || statement || ', ' || content || ', ' || substr(json_build_object('detail', '',
        'holds', true, 'when', "when", 'observed', observed, 'current', true, 'voice', voice, 'speaker', NULL,
        'confidence', 'stated', 'source', source, 'locator', '', 'quote', '', 'disputed', false,
        'preferred', preferred, 'note', '')::text, 2)
$$;
CREATE OR REPLACE FUNCTION pg_temp.inner_of(content json) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT substr(left(content::text, -1), 2) $$;

-- What the rows mean, and the numbers that their records and statements get.
CREATE TEMP TABLE fresh ON COMMIT DROP AS
SELECT g.row, g.slug, g.name, g.language, g.founded, g.arena, g.body,
    nextval('orgs_catalogue_number') AS id, gen_random_uuid() AS key,
    nextval('orgs_catalogue_number') AS name_id, nextval('orgs_catalogue_number') AS existence_id,
    nextval('orgs_catalogue_number') AS arena_id, nextval('orgs_catalogue_number') AS trait_id,
    nextval('orgs_catalogue_number') AS presence_id, nextval('orgs_catalogue_number') AS membership_id,
    nextval('orgs_catalogue_number') AS text_id,
    t.id AS term_id, t.code, t.labels ->> 'en' AS term_label,
    s.id AS source_id, s.observed, p.id AS place_id, n.id AS network_id,
    p.label AS place_label, n.label AS network_label,
    ARRAY(SELECT a.ancestor_id FROM orgs_ancestor a WHERE a.record_id = p.id) AS around,
    json_build_object('id', p.key, 'kind', p.kind, 'slug', p.slug, 'label', p.label,
        'url', '/places/' || p.slug || '/', 'api_url', '/api/v1/places/' || p.key || '/')::text AS place,
    json_build_object('id', n.key, 'kind', n.kind, 'slug', n.slug, 'label', n.label,
        'url', '/organizations/' || n.slug || '/',
        'api_url', '/api/v1/organizations/' || n.key || '/')::text AS network,
    s.key AS source,
    json_build_object('id', s.key, 'short', s.short, 'title', s.title, 'authors', s.authors,
        'issued', s.issued, 'observed', s.observed, 'observed_inferred', s.observed_inferred,
        'url', '/sources/' || s.key || '/', 'api_url', '/api/v1/sources/' || s.key || '/')::text AS source_document
FROM given g
JOIN orgs_source s ON s.key = %(source)s
JOIN orgs_term t ON t.scheme = 'sector' AND 'sector:' || t.code = g.sector
JOIN orgs_entry p ON p.kind = 'place' AND p.slug = g.seat
JOIN orgs_entry n ON n.kind = 'partnership' AND n.slug = g.network
ORDER BY g.row;

INSERT INTO orgs_record (id, key, kind, slug, level, withdrawn_reason, sphere)
SELECT id, key, 'organization', slug, 'listed', '', '' FROM fresh;

-- The statements.
INSERT INTO orgs_name (id, record_id, text, language, script, name_kind, detail, edtf, source_id, locator,
    quote, voice, speaker_name, confidence, holds, preferred, tier, note, observed, added)
SELECT name_id, id, name, language, '', 'official', '', '', source_id, '', '', 'source', '', 'stated',
    true, true, 0, '', observed, %(number)s FROM fresh;
INSERT INTO orgs_existence (id, record_id, event, detail, edtf, source_id, locator, quote, voice,
    speaker_name, confidence, holds, preferred, tier, note, observed, added)
SELECT existence_id, id, 'founded', '', founded, source_id, '', '', 'source', '', 'stated', true, false, 0,
    '', observed, %(number)s FROM fresh;
INSERT INTO orgs_arenaplacement (id, record_id, arena_id, reason, detail, edtf, source_id, locator, quote,
    voice, speaker_name, confidence, holds, preferred, tier, note, observed, added)
SELECT arena_id, id, arena, '', '', '', source_id, '', '', 'source', '', 'stated', true, false, 0, '',
    observed, %(number)s FROM fresh;
INSERT INTO orgs_trait (id, record_id, term_id, purpose, detail, edtf, source_id, locator, quote, voice,
    speaker_name, confidence, holds, preferred, tier, note, observed, added)
SELECT trait_id, id, term_id, '', '', '', source_id, '', '', 'source', '', 'stated', true, false, 0, '',
    observed, %(number)s FROM fresh;
INSERT INTO orgs_presence (id, record_id, place_id, role, detail, edtf, source_id, locator, quote, voice,
    speaker_name, confidence, holds, preferred, tier, note, observed, added)
SELECT presence_id, id, place_id, 'seat', '', '', source_id, '', '', 'source', '', 'stated', true, false, 0,
    '', observed, %(number)s FROM fresh;
INSERT INTO orgs_membership (id, record_id, partnership_id, grade, detail, edtf, source_id, locator, quote,
    voice, speaker_name, confidence, holds, preferred, tier, note, observed, added)
SELECT membership_id, id, network_id, '', '', '', source_id, '', '', 'source', '', 'stated', true, false, 0,
    '', observed, %(number)s FROM fresh;
INSERT INTO orgs_text (id, record_id, text_kind, language, body, detail, edtf, source_id, locator, quote,
    voice, speaker_name, confidence, holds, preferred, tier, note, observed, added)
SELECT text_id, id, 'own_words', 'en', body, '', '', source_id, '', '', 'own', '', 'stated', true, false, 0,
    '', observed, %(number)s FROM fresh;

-- The values of their filters.
CREATE TEMP TABLE facet_values ON COMMIT DROP AS
SELECT f.id, filter, value, days FROM fresh f, statement_span('', f.observed) since,
    LATERAL (VALUES
        ('event', 'founded', NULL::daterange), ('arena', f.arena, since), ('sector', f.code, NULL),
        ('country', f.place_id::text, since), ('partnership', f.network_id::text, since),
        ('voice', 'source', NULL), ('voice', 'own', NULL), ('source', f.source_id::text, NULL),
        ('exists', '', daterange(lower(edtf_range(f.founded)), NULL))) one (filter, value, days)
UNION ALL
SELECT f.id, 'country', up::text, statement_span('', f.observed) FROM fresh f, unnest(f.around) up;

INSERT INTO orgs_facet (filter, value)
SELECT DISTINCT filter, value FROM facet_values UNION SELECT 'member', id::text FROM fresh ON CONFLICT DO NOTHING;

-- The entries, ready to be served.
INSERT INTO orgs_entry (id, key, kind, state, slug, label, sort_key, card, document, facets, mentions, names,
    words, change, updated, gone_reason)
SELECT f.id, f.key::text, 'organization', 'published', f.slug, f.name, plain(f.name),
    json_build_object('id', f.key, 'kind', 'organization', 'slug', f.slug, 'url', url, 'label', f.name,
        'sphere', '', 'acronym', NULL, 'where', jsonb_build_array(f.place_label),
        'place_type', NULL, 'place_type_label', NULL,
        'arenas', jsonb_build_array(f.arena),
        'dates', jsonb_build_array(dated::jsonb), 'observed', looked::jsonb, 'line', left(f.body, 280))::text,
    left(json_build_object('id', f.key, 'slug', f.slug, 'kind', 'organization', 'url', url,
        'api_url', '/api/v1/organizations/' || f.key || '/', 'label', f.name, 'sphere', '')::text, -1)
    || ', "arenas" : [' || pg_temp.item(arena_id, pg_temp.inner_of(
        json_build_object('arena', arena, 'reason', '')), NULL, 'source', false, f.observed, source)
    || '], "dates" : [' || dated
    || '], "names" : [' || pg_temp.item(name_id, pg_temp.inner_of(
        json_build_object('text', name, 'language', language, 'script', '', 'name_kind', 'official')),
        NULL, 'source', true, f.observed, source)
    || '], "texts" : [' || pg_temp.item(text_id, pg_temp.inner_of(
        json_build_object('text_kind', 'own_words', 'language', 'en', 'body', body)),
        NULL, 'own', false, f.observed, source)
    || '], "places" : [' || pg_temp.item(presence_id, '"role" : "seat", "place" : ' || place,
        NULL, 'source', false, f.observed, source)
    || '], "memberships" : [' || membership
    || '], "involvements" : [], "legal_acts" : [], "context" : [], "coverage" : [], "traits" : { "sector" : ['
    || pg_temp.item(trait_id, pg_temp.inner_of(
        json_build_object('purpose', '', 'term', code, 'label', term_label)),
        NULL, 'source', false, f.observed, source)
    || '] }, "figures" : [], "relations" : [], "identifiers" : [], "links" : [], "contacts" : [],'
    || ' "withheld" : [], "observed" : ' || looked || ', "sources" : [' || source_document || ']}',
    facet_values.facets,
    ARRAY(SELECT DISTINCT thing FROM unnest(ARRAY[source_id, term_id, place_id, network_id] || around) thing
          ORDER BY thing),
    plain(f.name),
    setweight(plain_words(f.name), 'A') || setweight(plain_words(f.body), 'B')
        || setweight(plain_words(concat_ws(' ', term_label, place_label, network_label)), 'C'),
    %(number)s, %(at)s, ''
FROM fresh f
JOIN (SELECT h.id, array_agg(facet.id ORDER BY facet.id) AS facets
      FROM facet_values h JOIN orgs_facet facet USING (filter, value) GROUP BY h.id) facet_values ON facet_values.id = f.id,
LATERAL (SELECT '/organizations/' || f.slug || '/' AS url,
    pg_temp.item(existence_id, '"event" : "founded"', founded, 'source', false, f.observed, source) AS dated,
    pg_temp.item(membership_id, '"grade" : "", "partnership" : ' || network,
        NULL, 'source', false, f.observed, source) AS membership,
    json_build_object('itself', NULL::text, 'network', NULL::text, 'anyone', f.observed)::text AS looked) one;

INSERT INTO orgs_entryspan (entry_id, facet_id, span)
SELECT h.id, facet.id, h.days FROM facet_values h JOIN orgs_facet facet USING (filter, value) WHERE h.days IS NOT NULL;

-- The memberships are entries of their own.
INSERT INTO orgs_entry (id, key, kind, state, slug, label, sort_key, card, document, facets, mentions, names,
    words, change, updated, gone_reason)
SELECT membership_id, membership_id::text, 'membership', 'published', membership_id::text, label, plain(label),
    jsonb_build_object('id', membership_id::text, 'kind', 'membership', 'slug', membership_id::text,
        'label', label, 'url', url || '#statement-' || membership_id)::text,
    json_build_object('id', membership_id::text, 'slug', membership_id::text, 'kind', 'membership',
        'url', url || '#statement-' || membership_id, 'api_url', '/api/v1/memberships/' || membership_id || '/',
        'label', label,
        'member', json_build_object('id', key, 'kind', 'organization', 'slug', slug, 'label', name, 'url', url,
            'api_url', '/api/v1/organizations/' || key || '/'),
        'membership', pg_temp.item(membership_id, '"grade" : "", "partnership" : ' || network,
            NULL, 'source', false, f.observed, source)::json, 'confirmed', 'other')::text,
    ARRAY(SELECT facet.id FROM orgs_facet facet
          WHERE (facet.filter, facet.value) IN (('partnership', network_id::text), ('member', f.id::text),
              ('source', source_id::text), ('voice', 'source')) ORDER BY facet.id),
    ARRAY[f.id, network_id, source_id], '', '', %(number)s, %(at)s, ''
FROM fresh f, LATERAL (SELECT '/organizations/' || slug || '/' AS url,
    name || ' in ' || network_label AS label) one;

INSERT INTO orgs_entryspan (entry_id, facet_id, span)
SELECT f.membership_id, facet.id, statement_span('', f.observed)
FROM fresh f, LATERAL (VALUES ('partnership', network_id::text), ('member', f.id::text), ('exists', ''))
    one (filter, value)
JOIN orgs_facet facet USING (filter, value);

INSERT INTO orgs_entrychange (entry, key, kind, change, state)
SELECT id, key::text, 'organization', %(number)s, 'published' FROM fresh
UNION ALL SELECT membership_id, membership_id::text, 'membership', %(number)s, 'published' FROM fresh;
