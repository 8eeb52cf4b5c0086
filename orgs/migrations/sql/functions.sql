-- What the tables themselves rest on: the sequence, dates as text, folded words.
-- Run by 0001_initial, before the tables.

CREATE SEQUENCE orgs_catalogue_number AS bigint;

-- One EDTF date (level 0 or 1, years 0001 to 9999) as the days it may cover; NULL if it is none.
-- A range that reaches the end of the year 9999 is left open, since no calendar day follows it.
CREATE FUNCTION edtf_point(written text) RETURNS daterange
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    bare text := regexp_replace(written, '[?~%]$', '');
    parts text[];
    first_year int; last_year int; month int; day int; last_day int;
    after date;
BEGIN
    parts := regexp_match(bare, '^([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](Z|[+-][0-9]{2}(:[0-5][0-9])?)?$');
    IF parts IS NOT NULL THEN
        bare := parts[1];
    END IF;
    parts := regexp_match(bare, '^([0-9]{4}|[0-9]{3}X|[0-9]{2}XX)(?:-([0-9]{2}|XX)(?:-([0-9]{2}|XX))?)?$');
    IF parts IS NULL THEN
        RETURN NULL;
    END IF;
    first_year := greatest(replace(parts[1], 'X', '0')::int, CASE WHEN parts[1] LIKE '%X' THEN 1 ELSE 0 END);
    last_year := replace(parts[1], 'X', '9')::int;
    IF first_year < 1 OR (parts[2] IS NOT NULL AND parts[1] LIKE '%X') THEN
        RETURN NULL;
    END IF;
    IF parts[2] IS NULL OR parts[2] = 'XX' THEN
        IF parts[2] = 'XX' AND parts[3] <> 'XX' THEN
            RETURN NULL;
        END IF;
        after := CASE WHEN last_year < 9999 THEN make_date(last_year + 1, 1, 1) END;
        RETURN daterange(make_date(first_year, 1, 1), after);
    END IF;
    month := parts[2]::int;
    IF month BETWEEN 21 AND 24 AND parts[3] IS NULL THEN
        -- Seasons, counted by quarters: spring 21 begins in March, winter 24 in December.
        after := (make_date(first_year, (month - 20) * 3, 1) + interval '3 months')::date;
        RETURN daterange(make_date(first_year, (month - 20) * 3, 1),
                         CASE WHEN extract(year FROM after) < 10000 THEN after END);
    END IF;
    IF month NOT BETWEEN 1 AND 12 THEN
        RETURN NULL;
    END IF;
    after := (make_date(first_year, month, 1) + interval '1 month')::date;
    IF parts[3] IS NULL OR parts[3] = 'XX' THEN
        RETURN daterange(make_date(first_year, month, 1),
                         CASE WHEN extract(year FROM after) < 10000 THEN after END);
    END IF;
    day := parts[3]::int;
    last_day := after - make_date(first_year, month, 1);
    IF day NOT BETWEEN 1 AND last_day THEN
        RETURN NULL;
    END IF;
    after := make_date(first_year, month, day) + 1;
    RETURN daterange(make_date(first_year, month, day),
                     CASE WHEN extract(year FROM after) < 10000 THEN after END);
END
$$;

-- An EDTF date or interval as the days it may cover; NULL if it is none. The one judge of dates.
CREATE FUNCTION edtf_range(written text) RETURNS daterange
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    ends text[];
    opening daterange; closing daterange;
BEGIN
    IF position('/' IN written) = 0 THEN
        RETURN public.edtf_point(written);
    END IF;
    ends := string_to_array(written, '/');
    IF cardinality(ends) <> 2 OR (ends[1] IN ('', '..') AND ends[2] IN ('', '..')) THEN
        RETURN NULL;
    END IF;
    IF ends[1] NOT IN ('', '..') THEN
        opening := public.edtf_point(ends[1]);
        IF opening IS NULL THEN RETURN NULL; END IF;
    END IF;
    IF ends[2] NOT IN ('', '..') THEN
        closing := public.edtf_point(ends[2]);
        IF closing IS NULL THEN RETURN NULL; END IF;
    END IF;
    -- The end lies somewhere in what is written: 2010-05/2010 is from May to some time in 2010.
    IF lower(opening) >= upper(closing) THEN
        RETURN NULL;
    END IF;
    RETURN daterange(lower(opening), upper(closing));
END
$$;

-- When a statement holds: when its source says; an undated one from when its source looked.
CREATE FUNCTION statement_span(edtf text, observed text) RETURNS daterange
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN edtf <> '' THEN public.edtf_range(edtf)
                ELSE daterange(lower(public.edtf_range(observed)), NULL) END
$$;

-- Whether the source could have seen the event: what lies after it looked is planned at most.
CREATE FUNCTION existence_was_seen(event text, edtf text, observed text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT event IN ('planned', 'cancelled') OR edtf = ''
        OR coalesce(lower(public.edtf_range(edtf)) < upper(public.edtf_range(observed)), true)
$$;

-- A text folded for comparing and finding: without accents, case and typographic variants.
CREATE FUNCTION plain(written text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(public.unaccent('public.unaccent'::regdictionary, normalize(written, NFKC)))
$$;

-- The words of a text, folded, with punctuation as spaces: so that "3 x 1", "A/HRC/15/L/23" and
-- "migrants'" are found by their parts and the parser guesses at no addresses or paths.
CREATE FUNCTION plain_words(written text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.simple',
        translate(public.plain(written), '/.-_''"()[]{},:;!?&+*#@%=<>|\~`^$', repeat(' ', 32)))
$$;
