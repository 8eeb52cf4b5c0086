-- What likely duplicates are found by: names in other scripts, web sites, identifiers.
-- Run once by its migration; a change here needs a migration of its own.

-- The bones of a name: without vowels, in Latin letters. A name is one word here, so that scripts
-- without spaces between words are compared with those that have them. Written from
-- orgs/matching/scripts.py, whose `bones` do the same.
CREATE FUNCTION bones(written text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT translate(regexp_replace(normalize(lower(written), NFKD), '(.)\1+', '\1', 'g'), @signs@, @letters@)
$$;

-- The web site of an address: its host, and the first part of the path where many share a host. As
-- `site_of` in orgs/matching/bodies.py has it, but for that: there are too many hosts to list here.
CREATE FUNCTION host_of(url text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT substring(lower(url) FROM '^https?://(?:[^/@]*@)?(?:www[0-9]?\.)?([^/:?#]+)')
$$;

-- An identifier as a filter has it (scheme:value), without what people leave out: leading zeros,
-- hyphens, spaces.
CREATE FUNCTION bare_identifier(named text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT split_part(named, ':', 1) || ':'
        || ltrim(regexp_replace(substr(named, strpos(named, ':') + 1), '[^a-z0-9]', '', 'g'), '0')
$$;

-- Kept beside the names, for it is slow work; only where they are not in Latin letters, since the
-- others are found by their letters as they are.
ALTER TABLE orgs_entry ADD COLUMN bones text GENERATED ALWAYS AS (
    CASE WHEN octet_length(names) <> char_length(names) THEN bones(names) END) STORED;
CREATE INDEX entry_bones ON orgs_entry USING gin (bones gin_trgm_ops);
CREATE INDEX facet_identifier ON orgs_facet (bare_identifier(value)) WHERE filter = 'identifier';
CREATE INDEX link_host ON orgs_link (host_of(url)) WHERE retired IS NULL AND tier = 0 AND holds;

-- Entries of a kind with a name much like this one, the likest first: all letters, or the bones.
CREATE FUNCTION named_nearly(asked_kind text, name text, most int) RETURNS SETOF bigint
LANGUAGE sql STABLE SET pg_trgm.word_similarity_threshold = 0.6 SET enable_seqscan = off AS $$
    SELECT id FROM orgs_entry
    WHERE names %> name AND kind = asked_kind AND state = 'published'
    ORDER BY names <->> name, abs(length(names) - length(name)), id LIMIT most
$$;
CREATE FUNCTION sounding_like(asked_kind text, sound text, most int) RETURNS SETOF bigint
LANGUAGE sql STABLE SET pg_trgm.word_similarity_threshold = 0.6 SET enable_seqscan = off AS $$
    SELECT id FROM orgs_entry
    WHERE bones %> sound AND kind = asked_kind AND state = 'published'
    ORDER BY bones <->> sound, id LIMIT most
$$;
