-- The bones of a name, as matching.sql has them, in a time that grows with the name alone: the
-- pattern there, with a reference to what it has found, needs 80 seconds for 16,000 letters.
CREATE OR REPLACE FUNCTION bones(written text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT translate(
        coalesce(string_agg(letter, '' ORDER BY place) FILTER (WHERE letter IS DISTINCT FROM before), ''),
        @signs@, @letters@)
    FROM (
        SELECT letter, place, lag(letter) OVER (ORDER BY place) AS before
        FROM unnest(string_to_array(normalize(lower(written), NFKD), NULL))
            WITH ORDINALITY AS letters (letter, place)
    ) AS pairs
$$;
