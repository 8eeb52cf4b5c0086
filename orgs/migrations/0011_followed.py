"""Find the changes that an entry followed: its history tells them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0010_uploads"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="entrychange",
            index=models.Index(
                name="entry_followed", fields=("entry",), condition=models.Q(follows=True)
            ),
        ),
    ]
