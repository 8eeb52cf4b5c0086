-- Which reasons of changes readers may see.

-- Whether readers may see why a change was made and what it is part of: the sentences could name a record
-- that is not listed and that the change is about or uses as a source.
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

-- Decide anew which reasons readers may see, for the changes about these records and sources.
CREATE FUNCTION show_reasons(ids bigint[], today date) RETURNS void
LANGUAGE sql AS $$
    UPDATE orgs_changeset c SET reason_shown = NOT c.reason_shown
    WHERE c.about && (ids || ARRAY(SELECT id FROM orgs_source WHERE published_by_id = ANY (ids)))
      AND c.state = 'accepted'
      AND c.reason_shown <> (NOT c.reason_redacted AND reason_may_show(c.about, today))
$$;
