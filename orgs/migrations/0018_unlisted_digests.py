"""Entries of the register have a hash for each form in which they are recognized.

What was entered before keeps the one hash that it has: nobody can make others from it.
"""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0017_readings"),
    ]

    operations = [
        migrations.AddField(
            model_name="unlisted",
            name="digests",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=64), default=list, editable=False, size=None
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(
            "UPDATE orgs_unlisted SET digests = ARRAY[digest]", migrations.RunSQL.noop
        ),
    ]
