from django.db import migrations, models


class Migration(migrations.Migration):
    """Keep what follows from a record in its entry, and tell what a change is about from what
    followed it.
    """

    dependencies = [("orgs", "0004_keys_in_line")]

    operations = [
        migrations.AddField(
            model_name="entry", name="judgements", field=models.TextField(db_default="")
        ),
        migrations.AddField(
            model_name="entrychange", name="follows", field=models.BooleanField(db_default=False)
        ),
    ]
