"""Opens the archive of a spreadsheet with nothing but the standard library.

An uploaded spreadsheet may be crafted to attack its reader. So every part of the archive must have
a name that spreadsheets of cells have, no part may declare entities, a part is found by its name
alone, and everything is counted before it is stored: parts, bytes, rows, cells.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from typing import IO, Any
from xml.parsers import expat

from .file_problems import CHUNK_BYTES, FileRefused, Limits

MAX_PARTS = 500

_FOLDERS = (
    "worksheets|chartsheets|theme|charts|drawings|diagrams|tables|queryTables|comments"
    "|threadedComments|persons|richData|externalLinks|pivotTables|pivotCache|slicers|slicerCaches"
    "|timelines|timelineCaches|featurePropertyBag|namedSheetViews|ctrlProps"
)

PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels"
    r"|docProps/(?:app|core|custom)\.xml|docProps/thumbnail\.(?:jpe?g|png|emf|wmf)"
    r"|docMetadata/(?:_rels/)?[^/]{1,80}\.(?:xml|rels)"
    r"|customXml/(?:_rels/)?item(?:Props)?\d{1,3}\.xml(?:\.rels)?"
    r"|xl/_rels/workbook\.xml\.rels"
    r"|xl/(?:workbook|sharedStrings|styles|calcChain|comments\d{0,4}|connections|metadata"
    r"|sheetMetadata|volatileDependencies|xmlMaps)\.xml"
    # Of Google Sheets: nothing reads them.
    r"|xl/(?:metadata|commentsmeta\d{1,4})"
    r"|xl/media/[^/]{1,80}\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg)"
    r"|xl/printerSettings/printerSettings\d{1,4}\.bin"
    rf"|xl/(?:{_FOLDERS})/(?:_rels/)?[^/]{{1,80}}\.(?:xml|rels|vml)",
    re.IGNORECASE,
)
"""Names of the parts that spreadsheets of Excel, LibreOffice, Google Sheets and openpyxl have."""

XML_NAME = re.compile(r"[^\0]*\.(?:xml|rels|vml)", re.IGNORECASE)
XML_TYPE = re.compile(r"[^\0]*(?:\+|/)xml", re.IGNORECASE)


def checked_parts(archive: zipfile.ZipFile, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """The parts of a spreadsheet by their names in lower case.

    Raises FileRefused for an archive that is too large when unpacked, has macros or a password, has
    a part that spreadsheets of cells do not have, or declares anything.
    """
    infos = archive.infolist()
    names = [info.filename for info in infos]
    unpacked = sum(info.file_size for info in infos)
    if len(infos) > MAX_PARTS or unpacked > limits.unpacked_bytes:
        raise FileRefused("unpacked")
    if any(info.flag_bits & 1 for info in infos):
        raise FileRefused("password")
    if any(name.startswith("/") or ".." in name.split("/") or "\\" in name for name in names):
        raise FileRefused("part_names")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused("macros")
    if "xl/workbook.xml" not in map(str.lower, names):
        raise FileRefused("other_archive")
    parts: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename
        if name.endswith("/") and not info.file_size:
            continue
        if not PARTS.fullmatch(name) or name.lower() in parts:
            raise FileRefused("unknown_part", value=name)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileRefused("unknown_part", value=name)
        parts[name.lower()] = info
    for name, info in parts.items():
        with archive.open(info) as file:
            if name.endswith((".xml", ".rels")):
                parse_xml(file)
            else:
                _refuse_declarations(file)
    _check_types(parts, archive)
    return parts


def _refuse_declarations(file: IO[bytes]) -> None:
    """Refuse entities also in parts that are never read."""
    end = b""
    while chunk := file.read(CHUNK_BYTES):
        if b"<!ENTITY" in end + chunk:
            raise FileRefused("declarations")
        end = chunk[-8:]


def _check_types(parts: dict[str, zipfile.ZipInfo], archive: zipfile.ZipFile) -> None:
    """Refuse a list of types by which a part without an XML name would be read as XML."""

    def begin(tag: str, attributes: dict[str, str]) -> None:
        name = attributes.get("PartName") or f".{attributes.get('Extension', '')}"
        if XML_TYPE.fullmatch(attributes.get("ContentType", "")) and not XML_NAME.fullmatch(name):
            raise FileRefused("unknown_part", value=name)

    read_part(parts, archive, "[content_types].xml", begin)


def parse_xml(
    file: IO[bytes],
    begin: Callable[[str, dict[str, str]], None] | None = None,
    end: Callable[[str], None] | None = None,
    characters: Callable[[str], None] | None = None,
) -> None:
    """Parse a part; handlers get the names of tags without their namespace."""
    for _ in parse_in_chunks(file, begin, end, characters):
        pass


def parse_in_chunks(
    file: IO[bytes],
    begin: Callable[[str, dict[str, str]], None] | None,
    end: Callable[[str], None] | None,
    characters: Callable[[str], None] | None,
) -> Iterator[None]:
    """Parse a part and yield after each chunk. No part may declare anything."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def declared(*_: Any) -> None:
        raise FileRefused("declarations")

    parser.StartDoctypeDeclHandler = declared
    if begin:
        begin_handler = begin
        parser.StartElementHandler = lambda tag, attributes: begin_handler(
            tag.rpartition(" ")[2], attributes
        )
    if end:
        end_handler = end
        parser.EndElementHandler = lambda tag: end_handler(tag.rpartition(" ")[2])
    if characters:
        parser.CharacterDataHandler = characters
    while chunk := file.read(CHUNK_BYTES):
        parser.Parse(chunk, False)
        yield
    parser.Parse(b"", True)
    yield


def read_part(
    parts: dict[str, zipfile.ZipInfo], archive: zipfile.ZipFile, name: str, *handlers: Any
) -> None:
    """Parse a part if it exists."""
    if name in parts:
        with archive.open(parts[name]) as file:
            parse_xml(file, *handlers)
