from django.db import migrations, models
from django.db.models.functions import Lower


def confirm_addresses(apps, schema_editor):
    """Count the addresses of editors as confirmed: an administrator has entered them.

    Otherwise nobody could come in where messages cannot be sent. Everybody else confirms theirs at
    the next signing in.
    """
    accounts = apps.get_model("orgs", "Account").objects
    addresses = apps.get_model("account", "EmailAddress").objects
    accounts.update(email=Lower("email"))
    addresses.bulk_create(
        addresses.model(user=account, email=account.email, verified=True, primary=True)
        for account in accounts.filter(is_staff=True)
    )


class Migration(migrations.Migration):
    """Count attempts to sign in, and take over the accounts that there are."""

    dependencies = [
        ("orgs", "0005_judgements"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "name",
                    models.CharField(
                        editable=False, max_length=64, primary_key=True, serialize=False
                    ),
                ),
                ("value", models.JSONField(editable=False)),
                ("until", models.DateTimeField(db_index=True, editable=False)),
            ],
            options={"verbose_name": "attempt", "verbose_name_plural": "attempts"},
        ),
        migrations.RunPython(confirm_addresses, migrations.RunPython.noop),
    ]
