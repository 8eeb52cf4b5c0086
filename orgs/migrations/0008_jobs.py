"""One table of background jobs. Uploads and decisions about imports were queues of their own."""

import django.db.models.deletion
import django.db.models.functions
from django.db import migrations, models

TASKS = {"compare": "compare", "send": "propose", "": "compare"}


def create_jobs(apps, schema_editor):
    Job = apps.get_model("orgs", "Job")
    now = django.db.models.functions.Now()
    for upload in apps.get_model("orgs", "Upload").objects.defer("content"):
        if upload.work or upload.label or upload.outcome is not None:
            Job.objects.create(
                task=TASKS[upload.work],
                upload=upload,
                language=upload.language,
                queued=upload.asked or upload.at,
                failed=upload.failed.replace("fault", "error"),
                ended=None if upload.work else now,
            )
    for decision in apps.get_model("orgs", "ImportDecision").objects.all():
        Job.objects.create(
            task="decide", decision=decision, queued=decision.at, ended=decision.ended
        )


class Migration(migrations.Migration):
    dependencies = [("orgs", "0007_findings")]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("task", models.CharField(max_length=10)),
                ("language", models.CharField(default="en", max_length=8)),
                ("queued", models.DateTimeField(db_default=django.db.models.functions.Now())),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("step", models.PositiveSmallIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("failed", models.CharField(blank=True, default="", max_length=10)),
                ("ended", models.DateTimeField(null=True)),
                (
                    "decision",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="job",
                        to="orgs.importdecision",
                    ),
                ),
                (
                    "upload",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="job",
                        to="orgs.upload",
                    ),
                ),
            ],
            options={"verbose_name": "background job", "verbose_name_plural": "background jobs"},
        ),
        migrations.RunPython(create_jobs, migrations.RunPython.noop),
        migrations.AddConstraint(
            "job",
            models.CheckConstraint(
                name="job_has_one_subject",
                condition=models.Q(("upload", None), ("decision", None), _connector="XOR"),
            ),
        ),
        migrations.AddIndex(
            "job",
            models.Index(
                name="job_queue",
                fields=["queued", "id"],
                condition=models.Q(("ended", None), ("failed", "")),
            ),
        ),
        migrations.RemoveIndex("upload", "upload_to_do"),
        migrations.RemoveField("upload", "work"),
        migrations.RemoveField("upload", "asked"),
        migrations.RemoveField("upload", "tries"),
        migrations.RemoveField("upload", "step"),
        migrations.RemoveField("upload", "done"),
        migrations.RemoveField("upload", "failed"),
        migrations.RemoveField("upload", "language"),
        migrations.RenameField("uploadrow", "told", "preview"),
        migrations.AlterField(
            "uploadrow",
            "upload",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="previews",
                to="orgs.upload",
            ),
        ),
        migrations.RemoveField("importdecision", "done"),
        migrations.RemoveField("importdecision", "tries"),
        migrations.RemoveField("importdecision", "left"),
        migrations.RemoveField("importdecision", "ended"),
        migrations.RenameField("importdecision", "words", "reason"),
    ]
