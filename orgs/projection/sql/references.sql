-- What a reader may see, and what it is called in the documents of others.

-- Whether a reader of this tier may see a record of this level on this day.
CREATE FUNCTION visible(level text, embargo_until date, reader int, today date) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE level WHEN 'listed' THEN true WHEN 'name_withheld' THEN true
        WHEN 'embargoed' THEN embargo_until <= today OR reader >= 2
        ELSE reader >= 2 END
$$;

-- The address of the page of an item.
CREATE FUNCTION page_of(kind text, slug text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT '/' || CASE kind @paths@ END || '/' || slug || '/'
$$;

-- The permanent address of an item in the API.
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

-- Whether this reader may not see the name of a record.
CREATE FUNCTION name_is_withheld(pk bigint, reader int) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
    SELECT reader < 2 AND EXISTS (SELECT FROM orgs_record r WHERE r.id = pk AND r.level = 'name_withheld')
$$;

-- What a source is called. A source in which an organization writes itself has the name of the
-- organization. The name of a source can identify its publisher, so it is withheld with the publisher's.
CREATE FUNCTION source_name(kind text, publisher bigint, written text, reader int) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
    SELECT CASE WHEN publisher IS NULL THEN written
        WHEN name_is_withheld(publisher, reader) THEN 'Name withheld'
        WHEN kind <> 'own' THEN written
        WHEN reader < 2 AND EXISTS (SELECT FROM orgs_record r
                                    WHERE r.id = publisher AND r.level IN ('hidden', 'withdrawn'))
        THEN 'Name withheld' ELSE label_of(publisher, 9223372036854775807, reader) END
$$;

-- The key of a source as a reader sees it: a key that an editor typed could name the publisher. The key
-- of a source in which an organization writes itself comes from the organization's own key, which is public.
CREATE FUNCTION source_key(key text, pk bigint, publisher bigint, reader int) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
    SELECT CASE WHEN publisher IS NULL OR NOT name_is_withheld(publisher, reader)
                  OR key = 'own-' || (SELECT r.key FROM orgs_record r WHERE r.id = publisher)
        THEN key ELSE md5('source ' || pk)::uuid::text END
$$;

-- The slug that a reader sees: a record whose name is withheld is addressed by its key.
CREATE FUNCTION slug_of(level text, slug text, key uuid, reader int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN level = 'name_withheld' AND reader < 2 THEN key::text ELSE slug END
$$;

-- How the document of another record mentions a record.
CREATE FUNCTION mention_of(pk bigint, known bigint, reader int) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
    SELECT json_build_object(
        'id', r.key, 'kind', r.kind, 'slug', slug_of(r.level, r.slug, r.key, reader),
        'label', label_of(r.id, known, reader),
        'url', page_of(r.kind, slug_of(r.level, r.slug, r.key, reader)),
        'api_url', api_url_of(r.kind, r.key::text))
    FROM orgs_record r WHERE r.id = pk
$$;
