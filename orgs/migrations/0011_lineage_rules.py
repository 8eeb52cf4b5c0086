"""Actors may have split from others and merged into them, as the codebook says."""

from django.db import migrations

ACTORS = ("organization", "partnership")
PREDICATES = ("split_from", "merged_into")


def add_rules(apps, schema_editor) -> None:
    rule = apps.get_model("orgs", "RelationRule")
    rule.objects.bulk_create(
        rule(predicate=predicate, subject_kind=subject, object_kind=other)
        for predicate in PREDICATES
        for subject in ACTORS
        for other in ACTORS
    )


def remove_rules(apps, schema_editor) -> None:
    apps.get_model("orgs", "RelationRule").objects.filter(predicate__in=PREDICATES).delete()


class Migration(migrations.Migration):
    dependencies = (("orgs", "0010_review_fields"),)
    operations = (migrations.RunPython(add_rules, remove_rules),)
