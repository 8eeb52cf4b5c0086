from django.db import migrations


class Migration(migrations.Migration):
    """Keep what entries are sorted, found and addressed by inside their rows.

    With the small rows that 0002 asks for, PostgreSQL moved the keys of most entries out of line,
    and each sort fetched them one by one. Rows written from now on keep them.
    """

    dependencies = [("orgs", "0003_remark")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE orgs_entry ALTER key SET STORAGE MAIN, ALTER slug SET STORAGE MAIN,"
            " ALTER label SET STORAGE MAIN, ALTER sort_key SET STORAGE MAIN,"
            " ALTER names SET STORAGE MAIN",
            "ALTER TABLE orgs_entry ALTER key SET STORAGE EXTENDED, ALTER slug SET STORAGE EXTENDED,"
            " ALTER label SET STORAGE EXTENDED, ALTER sort_key SET STORAGE EXTENDED,"
            " ALTER names SET STORAGE EXTENDED",
        )
    ]
