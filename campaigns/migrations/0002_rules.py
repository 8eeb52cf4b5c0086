"""Which part an actor can take in which kind of undertaking."""

from django.db import migrations

RULE = """
CREATE TABLE campaigns_involvementrule (kind text, role text, PRIMARY KEY (kind, role));
INSERT INTO campaigns_involvementrule (kind, role)
SELECT kind, unnest(roles) FROM (VALUES
    ('gathering', ARRAY['convenor','hosts','supports','opposes','funds','participates','target']),
    ('campaign', ARRAY['convenor','leads','joins','supports','opposes','funds','participates','target']),
    ('project', ARRAY['leads','joins','supports','opposes','funds','participates','target']),
    ('instrument', ARRAY['supports','opposes','participates','target']),
    ('demand', ARRAY['raises','supports','opposes','target']),
    ('case', ARRAY['leads','participates','supports','opposes','target'])) given (kind, roles);

CREATE FUNCTION involvement_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM campaigns_involvementrule rule
        JOIN orgs_record u ON u.id = NEW.undertaking_id AND u.kind = rule.kind
        WHERE rule.role = NEW.role
    ) THEN
        RAISE EXCEPTION 'no such part in this kind of undertaking' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'involvement_role', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER involvement_allowed
    BEFORE INSERT OR UPDATE OF undertaking_id, role ON campaigns_involvement
    FOR EACH ROW EXECUTE FUNCTION involvement_allowed();
"""

UNDO = """
DROP TRIGGER involvement_allowed ON campaigns_involvement;
DROP FUNCTION involvement_allowed;
DROP TABLE campaigns_involvementrule;
"""


class Migration(migrations.Migration):
    """The rule between an involvement's role and the kind of its undertaking."""

    dependencies = (("campaigns", "0001_initial"),)
    operations = (migrations.RunSQL(RULE, UNDO),)
