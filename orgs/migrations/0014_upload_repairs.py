from django.db import migrations, models


def forget_previews(apps, schema_editor):
    """Previews have another form now. Owners confirm the columns, and files are compared again."""
    apps.get_model("orgs", "Upload").objects.update(outcome=None)
    apps.get_model("orgs", "UploadRow").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0013_upload_sources"),
    ]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="repairs",
            field=models.JSONField(default=dict),
        ),
        migrations.RunPython(forget_previews, forget_previews),
    ]
