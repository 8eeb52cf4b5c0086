"""Keep a copy of the catalogue in copy.json. Run it again at any time: it catches up."""

import hashlib
import json
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import urlopen

CATALOGUE = "http://localhost:8000"
FILE = Path("copy.json")


def read(address):
    """Return what the catalogue answers; None for what is not public any more."""
    try:
        with urlopen(urljoin(CATALOGUE, address)) as answer:
            return json.load(answer)
    except HTTPError as problem:
        if problem.code in (404, 410):
            return None
        raise


def pages(address):
    """Give every result of a list, page after page."""
    while address:
        page = read(address)
        yield from page["results"]
        address = page["next"]


def begin():
    """Return a first copy. The feed then reports what changed while we read it."""
    contents = read("/api/v1/")
    items = {}
    for collection in contents["collections"]:
        if collection["name"] not in ("changes", "search"):
            for item in pages(collection["api_url"] + "?limit=100"):
                items[item["id"]] = item
    return {"change": contents["change"], "items": items}


def catch_up(copy):
    """Do to a copy what every change since then did to the catalogue."""
    stale = {}
    for change in pages(f"/api/v1/changes/?since={copy['change']}&limit=100"):
        for entry in change["entries"]:
            stale[entry["id"]] = entry
        copy["change"] = change["number"]
    # The feed has only the hash of the id of a source that is not public any more.
    hashed = {"sha256:" + hashlib.sha256(key.encode()).hexdigest(): key for key in copy["items"]}
    for entry in stale.values():
        # "merged" and "gone" leave the copy; "published" is read anew.
        item = read(entry["api_url"]) if entry["state"] == "published" else None
        if item is None:
            copy["items"].pop(hashed.get(entry["id"], entry["id"]), None)
        else:
            copy["items"][entry["id"]] = item


copy = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else begin()
catch_up(copy)
# Written whole or not at all, so that an interrupted run only has to be repeated.
written = FILE.with_suffix(".new")
written.write_text(json.dumps(copy, ensure_ascii=False), encoding="utf-8")
written.replace(FILE)
print(len(copy["items"]), "items, up to change", copy["change"])
