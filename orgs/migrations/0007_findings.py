"""Entries hold findings."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orgs", "0006_assignments")]

    operations = [migrations.RenameField("entry", "judgements", "findings")]
