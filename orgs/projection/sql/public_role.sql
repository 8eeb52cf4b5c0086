-- What the role of readers sees: views and functions with the names of the tables and functions that
-- they stand before, in a schema that its search path names first. Written anew after every migration.

CREATE SCHEMA published;

-- The day for which all entries are written.
CREATE FUNCTION catalogue_day() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(day, current_date) FROM public.orgs_counter
$$;

-- Records that have an entry, or lead to one after a merger.
CREATE VIEW published.orgs_record AS
    SELECT r.id, r.key, r.kind, slug_of(r.level, r.slug, r.key, 0)::varchar(120) AS slug, r.level,
        r.embargo_until, r.withdrawn_on, r.withdrawn_reason, r.successor_id, r.sphere
    FROM public.orgs_record r WHERE visible(r.level, r.embargo_until, 0, catalogue_day());

-- The number of a record that readers see; NULL for another.
CREATE FUNCTION shown_to_readers(pk bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$ SELECT id FROM published.orgs_record WHERE id = pk $$;

CREATE VIEW published.orgs_source AS
    SELECT s.id, source_key(s.key, s.id, s.published_by_id, 0)::varchar(80) AS key, s.source_kind,
        s.observed, s.tier, shown_to_readers(s.published_by_id) AS published_by_id
    FROM public.orgs_source s
    WHERE s.tier = 0 AND (s.source_kind <> 'own' OR s.published_by_id IS NULL
                          OR shown_to_readers(s.published_by_id) IS NOT NULL);

-- Addresses that lead to a record for ever, as long as it is named.
CREATE VIEW published.orgs_formerslug AS
    SELECT f.slug, f.record_id FROM public.orgs_formerslug f
    JOIN published.orgs_record r ON r.id = f.record_id AND r.level <> 'name_withheld';

CREATE VIEW published.orgs_ancestor AS
    SELECT a.* FROM public.orgs_ancestor a
    JOIN published.orgs_record r ON r.id = a.record_id
    JOIN published.orgs_record o ON o.id = a.ancestor_id;

CREATE VIEW published.orgs_term AS
    SELECT id, scheme, code, labels, definitions, needs_purpose, position, broader_id
    FROM public.orgs_term;

@statements@

-- Where every statement is found that readers may read.
CREATE VIEW published.orgs_statement AS
@numbers@;

-- Accepted changes, with their reasons where readers may know them and can read something of them.
CREATE VIEW published.orgs_changeset AS
    SELECT c.id, c.number, c.state, c.decided_at, shown_to_readers(c.on_behalf_id) AS on_behalf_id,
        c.reason_shown, CASE WHEN readable THEN c.reason ELSE '' END AS reason,
        CASE WHEN readable THEN c.label ELSE '' END AS label
    FROM public.orgs_changeset c, LATERAL (SELECT c.reason_shown AND (
        EXISTS (SELECT FROM public.orgs_entrychange e
                JOIN public.orgs_entry p ON p.id = e.entry AND p.state = 'published'
                WHERE e.change = c.number AND NOT e.follows)
        OR EXISTS (SELECT FROM published.orgs_statement s WHERE s.added = c.number)
        OR EXISTS (SELECT FROM published.orgs_statement s WHERE s.retired = c.number)) AS readable OFFSET 0) seen
    WHERE c.state = 'accepted';

-- The functions that take a reader take no other here, whatever they are given.
CREATE FUNCTION published.documents_of(ids bigint[], as_of daterange, known_at bigint, reader int, today date)
RETURNS TABLE (id bigint, label text, document text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM public.documents_of(ids, as_of, known_at, 0, today)
$$;

CREATE FUNCTION published.compose(pk bigint, as_of daterange, known_at bigint, reader int, today date)
RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT public.compose(pk, as_of, known_at, 0, today)
$$;

CREATE FUNCTION published.statements_of(ids bigint[], as_of daterange, known bigint, reader int, today date, only_part text DEFAULT NULL)
RETURNS TABLE (
    id bigint, record_id bigint, part text, scheme text, term_code text, preferred boolean,
    source_id bigint, holds boolean, own boolean, added bigint, retired bigint, item json)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM public.statements_of(
        ARRAY(SELECT r.id FROM published.orgs_record r WHERE r.id = ANY (ids)), as_of, known, 0, today, only_part)
$$;

CREATE FUNCTION published.was_known(pk bigint, known bigint, reader int) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT public.was_known(pk, known, 0)
$$;

GRANT USAGE ON SCHEMA published TO mcs_public;
GRANT SELECT ON ALL TABLES IN SCHEMA published TO mcs_public;
GRANT SELECT ON public.orgs_entry, public.orgs_entrychange, public.orgs_entryspan, public.orgs_facet,
    public.orgs_counter, public.orgs_arena TO mcs_public;
