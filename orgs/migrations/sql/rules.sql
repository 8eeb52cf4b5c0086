-- Run by 0002_rules.

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

-- A statement that is retired or hidden is not judged again: a rule that came later must not keep
-- anyone from taking back what was said before it.
CREATE TRIGGER arena_placement_allowed
    BEFORE INSERT OR UPDATE OF record_id, arena_id, reason, holds ON orgs_arenaplacement
    FOR EACH ROW EXECUTE FUNCTION arena_placement_allowed();
CREATE TRIGGER trait_allowed
    BEFORE INSERT OR UPDATE OF record_id, term_id, purpose, holds ON orgs_trait
    FOR EACH ROW EXECUTE FUNCTION trait_allowed();
CREATE TRIGGER relation_allowed
    BEFORE INSERT OR UPDATE OF record_id, predicate_id, object_id ON orgs_relation
    FOR EACH ROW EXECUTE FUNCTION relation_allowed();

-- Big columns out of the row and room for updates in place: lists read narrow pages, and an
-- entry whose keys stay the same costs no index.
ALTER TABLE orgs_entry SET (toast_tuple_target = 256, fillfactor = 80);
ALTER TABLE orgs_entry ALTER facets SET STORAGE PLAIN;

-- What entries are sorted, found and addressed by stays inside the row: out of line, each sort fetches the
-- keys one by one.
ALTER TABLE orgs_entry ALTER key SET STORAGE MAIN, ALTER slug SET STORAGE MAIN,
    ALTER label SET STORAGE MAIN, ALTER sort_key SET STORAGE MAIN, ALTER names SET STORAGE MAIN;

-- Nothing changes a reading, and none goes before its time.
CREATE FUNCTION reading_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '365 days' THEN
        RETURN OLD;
    END IF;
    -- Who deletes an account is forgotten here, too.
    IF TG_OP = 'UPDATE' AND NEW.account_id IS NULL
       AND (NEW.id, NEW.at, NEW.rights, NEW.what) = (OLD.id, OLD.at, OLD.rights, OLD.what)
       AND NEW.number IS NOT DISTINCT FROM OLD.number THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A reading is neither changed nor removed before its time.'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER reading_stays BEFORE UPDATE OR DELETE ON orgs_reading
    FOR EACH ROW EXECUTE FUNCTION reading_stays();

INSERT INTO orgs_counter (id, number) VALUES (1, 0);
