"""Files to import, and what an import plans."""

import csv
import io
from pathlib import Path

from orgs.imports.file_parser import FIRST_TABLE
from orgs.imports.files import read_file
from orgs.imports.mapping import FileMapping
from orgs.imports.pipeline import Import


def csv_file(folder: Path, *rows: tuple, name: str = "file.csv") -> Path:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path = folder / name
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def plan_file(
    path: Path,
    kind: str,
    mapping: FileMapping | None = None,
    label: str = "survey",
    replace: bool = False,
) -> Import:
    table = read_file(path, mapping.layout if mapping else FIRST_TABLE)
    run = Import(label, replace=replace)
    run.read(table, kind, mapping or FileMapping.from_header(kind, table.header))
    return run.finish()
