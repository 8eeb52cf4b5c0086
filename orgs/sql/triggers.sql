-- Rules between rows that a CHECK cannot see. Each refuses by the name of a constraint, which
-- the code turns into the sentence that a person reads. All look at current statements only.

-- The kinds of record a statement may be about and may point at: TG_ARGV is
-- (kinds it may be about, column of the other record or '', kinds of the other record,
--  column of the term or '', scheme of the term or '').
CREATE FUNCTION statement_kinds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    other bigint;
    named bigint;
    found_kind text;
    found_scheme text;
BEGIN
    SELECT kind INTO found_kind FROM orgs_record WHERE id = NEW.record_id;
    IF found_kind IS NOT NULL AND NOT found_kind = ANY (string_to_array(TG_ARGV[0], ' ')) THEN
        RAISE EXCEPTION 'not about this kind of record' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'statement_about_kind', TABLE = TG_TABLE_NAME;
    END IF;
    IF TG_ARGV[1] <> '' THEN
        other := (to_jsonb(NEW) ->> TG_ARGV[1])::bigint;
        SELECT kind INTO found_kind FROM orgs_record WHERE id = other;
        IF other IS NOT NULL AND found_kind IS NOT NULL
           AND NOT found_kind = ANY (string_to_array(TG_ARGV[2], ' ')) THEN
            RAISE EXCEPTION 'not with this kind of record' USING
                ERRCODE = 'check_violation', CONSTRAINT = 'statement_object_kind', TABLE = TG_TABLE_NAME;
        END IF;
    END IF;
    IF TG_ARGV[4] <> '' THEN
        named := (to_jsonb(NEW) ->> TG_ARGV[3])::bigint;
        SELECT scheme INTO found_scheme FROM orgs_term WHERE id = named;
        IF found_scheme IS NOT NULL AND found_scheme <> TG_ARGV[4] THEN
            RAISE EXCEPTION 'a term of another scheme' USING
                ERRCODE = 'check_violation', CONSTRAINT = 'statement_term_scheme', TABLE = TG_TABLE_NAME;
        END IF;
    END IF;
    RETURN NEW;
END
$$;

-- Footnote 2, seen from a new placement.
CREATE FUNCTION arena_placement_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sphere text;
BEGIN
    IF NOT NEW.holds OR NEW.retired IS NOT NULL THEN
        RETURN NEW;
    END IF;
    IF (SELECT kind FROM orgs_record WHERE id = NEW.record_id) = 'gathering' AND NEW.arena_id <> 'space' THEN
        RAISE EXCEPTION 'a gathering outside the spaces' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'arena_gathering_only_space', TABLE = TG_TABLE_NAME;
    END IF;
    FOR sphere IN
        SELECT t.code FROM orgs_trait s JOIN orgs_term t ON t.id = s.term_id
        WHERE s.record_id = NEW.record_id AND t.scheme = 'sphere' AND s.holds AND s.retired IS NULL
    LOOP
        IF sphere IN ('state', 'intergovernmental') THEN
            RAISE EXCEPTION 'a state body in an arena' USING
                ERRCODE = 'check_violation', CONSTRAINT = 'arena_never_state', TABLE = TG_TABLE_NAME;
        ELSIF sphere = 'market' AND NEW.arena_id <> 'media' AND NEW.reason !~ '\S' THEN
            RAISE EXCEPTION 'a market actor outside the media' USING
                ERRCODE = 'check_violation', CONSTRAINT = 'arena_market_needs_reason', TABLE = TG_TABLE_NAME;
        END IF;
    END LOOP;
    RETURN NEW;
END
$$;

-- Footnote 2, seen from a new sphere; and the purpose that a divisive word needs (Rec 5).
CREATE FUNCTION trait_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named orgs_term;
BEGIN
    SELECT * INTO named FROM orgs_term WHERE id = NEW.term_id;
    IF named.needs_purpose AND NEW.purpose !~ '\S' THEN
        RAISE EXCEPTION 'a divisive word without a purpose' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'trait_purpose', TABLE = TG_TABLE_NAME;
    END IF;
    IF named.scheme = 'sphere' AND NEW.holds AND NEW.retired IS NULL THEN
        IF (SELECT kind FROM orgs_record WHERE id = NEW.record_id) NOT IN ('organization', 'partnership', 'gathering') THEN
            RAISE EXCEPTION 'a sphere of no actor' USING
                ERRCODE = 'check_violation', CONSTRAINT = 'trait_sphere_of_an_actor', TABLE = TG_TABLE_NAME;
        END IF;
        IF EXISTS (
            SELECT FROM orgs_arenaplacement a
            WHERE a.record_id = NEW.record_id AND a.holds AND a.retired IS NULL
              AND (named.code IN ('state', 'intergovernmental')
                   OR named.code = 'market' AND a.arena_id <> 'media' AND a.reason !~ '\S')
        ) THEN
            RAISE EXCEPTION 'a sphere that no arena allows' USING
                ERRCODE = 'check_violation', CONSTRAINT = 'trait_sphere', TABLE = TG_TABLE_NAME;
        END IF;
    END IF;
    RETURN NEW;
END
$$;

-- Which kinds of record may stand in which relation is a table.
CREATE FUNCTION relation_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM orgs_relationrule rule
        JOIN orgs_term t ON t.id = NEW.predicate_id AND t.code = rule.predicate
        JOIN orgs_record subject ON subject.id = NEW.record_id AND subject.kind = rule.subject_kind
        JOIN orgs_record other ON other.id = NEW.object_id AND other.kind = rule.object_kind
    ) THEN
        RAISE EXCEPTION 'no such relation between these kinds' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'relation_rule', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
