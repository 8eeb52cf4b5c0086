-- The filter values of entries.

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

-- The days on which memberships hold, by the filters of lists.
CREATE FUNCTION dated_memberships(ids bigint[])
RETURNS TABLE (id bigint, filter text, value text, span daterange)
LANGUAGE sql STABLE AS $$
    SELECT m.id, facet.filter, facet.value, m.span
    FROM orgs_membership m, LATERAL (VALUES
        ('partnership', m.partnership_id::text), ('member', m.record_id::text), ('exists', '')
    ) facet (filter, value)
    WHERE m.id = ANY (ids)
$$;
