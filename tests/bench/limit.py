"""The limit: hand-written SQL on the catalogue's own tables, behind a bare WSGI function.

It answers the same addresses as the catalogue, of a few shapes only, in the same bytes. Nothing
here is precomputed beyond the tables: counts are counted, and no index exists for its sake.

Run as `gunicorn tests.bench.limit:application`, with DATABASE_URL.
"""

import base64
import hashlib
import html
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

import psycopg2
from psycopg2.extensions import connection as Connection

ACTORS = "('organization', 'partnership')"
LIMIT = 50
COUNTED_TO = 10_000

# A document with the change it is of, as the API tells it.
DOCUMENT = """left(e.document, -1) || CASE WHEN e.findings = '' THEN '' ELSE ', ' || e.findings END
    || ', "change" : ' || e.change || ', "updated" : "'
    || to_char(e.updated AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"}'"""

# Every value of the given filters that a narrowed list holds; facets are joined to their names
# once they are counted.
COUNTS = """
SELECT f.filter, coalesce(v.slug, f.value) AS value,
    coalesce(v.label, t.labels ->> 'en', a.label, f.value) AS label, held.count
FROM (SELECT facet, count(*) FROM hits, unnest(hits.facets) facet GROUP BY facet) held
JOIN orgs_facet f ON f.id = held.facet AND f.filter = ANY (%(facets)s)
LEFT JOIN orgs_entry v ON f.filter = ANY (%(by_record)s) AND v.state = 'published'
    AND v.id = CASE WHEN f.value ~ '^[0-9]+$' THEN f.value::bigint END
LEFT JOIN orgs_term t ON t.code = f.value
    AND t.scheme = CASE WHEN f.filter IN ('calls_itself', 'called') THEN 'form' ELSE f.filter END
LEFT JOIN orgs_arena a ON f.filter = 'arena' AND a.code = f.value
WHERE v.id IS NOT NULL OR NOT f.filter = ANY (%(by_record)s)
ORDER BY 1, 4 DESC, 3
"""
BY_RECORD = ["country", "active_in", "origin", "residence", "partnership", "source"]

local = threading.local()


def connected() -> Connection:
    """This thread's connection to the catalogue's database."""
    address = os.environ["DATABASE_URL"]
    if getattr(local, "address", None) != address:
        local.connection = psycopg2.connect(address)
        local.connection.autocommit = True
        local.address = address
    return local.connection


def rows(sql: str, parameters: dict | tuple = ()) -> list[tuple]:
    """All rows of a query."""
    with connected().cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


# Which entries are asked about -------------------------------------------------------------------


def condition(params: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """The SQL condition of the filters and its parameters."""
    sql = f"e.state = 'published' AND e.kind IN {ACTORS}"
    wanted = [(name, params[name]) for name in ("country", "arena") if name in params]
    if not wanted:
        return sql, {}
    matches = rows(
        "SELECT f.id FROM orgs_facet f WHERE (f.filter, f.value) IN (SELECT filter, CASE filter"
        " WHEN 'country' THEN (SELECT p.id::text FROM orgs_entry p"
        "  WHERE p.kind = 'place' AND p.slug = value AND p.state = 'published') ELSE value END"
        " FROM unnest(%s::text[], %s::text[]) asked (filter, value))",
        tuple(map(list, zip(*wanted, strict=True))),
    )
    # One scan of the index for all of them, instead of one for each.
    return f"{sql} AND e.facets @> %(held)s", {"held": [row[0] for row in matches]}


# Answers -----------------------------------------------------------------------------------------


def listed(params: dict[str, str], path: str, host: str) -> str:
    """The requested list as JSON."""
    limit = int(params.get("limit", LIMIT))
    facets = params["facets"].split(",") if "facets" in params else []
    order = "relevance" if "q" in params else "name"
    if "q" in params:
        page, count, counts = searched(params, limit, facets)
    else:
        page, count = walked(params, limit)
        counts = counted(params, facets)
    following = None
    if len(page) > limit:
        page = page[:limit]
        mark = json.dumps(["", order, *page[-1][1:]], ensure_ascii=False).encode()
        following = base64.urlsafe_b64encode(mark).decode()
    ways = {"next": following, "previous": None}
    if "cursor" in params:
        mark = json.dumps(["-", order, *page[0][1:]], ensure_ascii=False).encode()
        ways["previous"] = base64.urlsafe_b64encode(mark).decode()
    for way, cursor in ways.items():
        if cursor is not None:
            ways[way] = f"http://{host}{path}?{urlencode({**params, 'cursor': cursor})}"
    head = {
        "count": min(count, COUNTED_TO),
        "count_is": "exact" if count <= COUNTED_TO else "at_least",
        **ways,
    }
    facets_json = f', "facets": {json.dumps(counts, ensure_ascii=False)}' if facets else ""
    results = ", ".join(row[0] for row in page)
    return f'{json.dumps(head)[:-1]}, "results": [{results}]{facets_json}}}'


def walked(params: dict[str, str], limit: int) -> tuple[list[tuple], int]:
    """A page in the order of names, and how many there are: the index is walked."""
    sql, parameters = condition(params)
    beyond = ""
    if "cursor" in params:
        _, _, key, pk = json.loads(base64.urlsafe_b64decode(params["cursor"]))
        beyond = "AND (e.sort_key, e.id) > (%(key)s, %(pk)s)"
        parameters |= {"key": key, "pk": pk}
    # Documents are read for what is shown alone, not for everything that is put in order.
    page = rows(
        f"SELECT {DOCUMENT}, e.sort_key, e.id FROM (SELECT e.id FROM orgs_entry e"
        f" WHERE {sql} {beyond} ORDER BY e.sort_key, e.id LIMIT {limit + 1}) top"
        " JOIN orgs_entry e USING (id) ORDER BY e.sort_key, e.id",
        parameters,
    )
    [(count,)] = rows(
        f"SELECT count(*) FROM (SELECT FROM orgs_entry e WHERE {sql} LIMIT {COUNTED_TO + 1}) e",
        parameters,
    )
    return page, count


def counted(params: dict[str, str], facets: list[str]) -> dict[str, list[dict]]:
    """How many results have each value of these filters."""
    if not facets:
        return {}
    sql, parameters = condition(params)
    value_rows = rows(
        f"WITH hits AS MATERIALIZED (SELECT e.facets FROM orgs_entry e WHERE {sql}) {COUNTS}",
        parameters | {"facets": facets, "by_record": BY_RECORD},
    )
    return by_filter(facets, value_rows)


def by_filter(facets: list[str], value_rows: Iterable[tuple]) -> dict[str, list[dict]]:
    """Counts in the format of the API."""
    counts: dict[str, list[dict]] = {name: [] for name in facets}
    for name, value, label, count in value_rows:
        counts[name].append({"value": value, "label": label, "count": count})
    return counts


def searched(
    params: dict[str, str], limit: int, facets: list[str]
) -> tuple[list[tuple], int, dict[str, list[dict]]]:
    """A page by rank, how many there are, and the counts of facets: all in one pass.

    Each hit has its rank: 0 a name equals the query, 1 a name begins with it, 2 its words are words
    of names, 3 they are anywhere in the entry. Names are tested first: the words of a long entry
    are stored out of line and slow to read.
    """
    sql, parameters = condition(params)
    hit_rows = rows(
        f"""WITH hits AS MATERIALIZED (
            SELECT e.id, e.sort_key, {"e.facets," if facets else ""} CASE
                WHEN strpos(' | ' || e.names || ' | ', ' | ' || plain(trim(%(q)s)) || ' | ') > 0
                    THEN 0
                WHEN strpos(' | ' || e.names, ' | ' || plain(trim(%(q)s))) > 0 THEN 1
                WHEN e.names LIKE ALL (%(parts)s)
                    AND ts_filter(e.words, '{{a}}') @@ prefix_query(%(q)s) THEN 2
                WHEN e.names LIKE names_pattern(%(q)s) THEN 2
                ELSE 3 END AS rank
            FROM orgs_entry e
            WHERE {sql} AND (e.words @@ prefix_query(%(q)s) OR e.names LIKE names_pattern(%(q)s))
        ), top AS (
            SELECT rank, sort_key, id FROM hits ORDER BY rank, sort_key, id LIMIT {limit + 1}
        ), counts AS ({COUNTS if facets else "SELECT WHERE false"})
        SELECT (SELECT count(*) FROM hits), (SELECT json_agg(counts) FROM counts),
            {DOCUMENT}, top.rank, top.sort_key, top.id
        FROM top JOIN orgs_entry e USING (id) ORDER BY top.rank, top.sort_key, top.id""",
        parameters
        | {"q": params["q"], "parts": [f"%{word}%" for word in params["q"].casefold().split()]}
        | {"facets": facets, "by_record": BY_RECORD},
    )
    counts = by_filter(facets, (tuple(row.values()) for row in hit_rows[0][1] or ()))
    return [row[2:] for row in hit_rows], hit_rows[0][0], counts


def one(slug: str, host: str) -> tuple[str, str] | None:
    """The document of an entry with its mark, or None."""
    document_rows = rows(
        f"SELECT {DOCUMENT}, e.change FROM orgs_entry e WHERE e.slug = %s AND e.kind IN {ACTORS}"
        " AND e.state = 'published'",
        (slug,),
    )
    return (document_rows[0][0], mark_of(document_rows[0][1], host)) if document_rows else None


def mark(slug: str, host: str) -> str:
    """The mark of an entry, without reading its document."""
    [(change,)] = rows(
        f"SELECT change FROM orgs_entry WHERE slug = %s AND kind IN {ACTORS}", (slug,)
    )
    return mark_of(change, host)


def mark_of(change: int, host: str) -> str:
    """The ETag of a document of this change, whole and as JSON."""
    representation = hashlib.sha256(f"json {[[], []]} {host}".encode()).hexdigest()[:8]
    return f'"{change}-{document_version()}-{representation}"'


@cache
def document_version() -> str:
    """The mark of the shape of documents, which every ETag repeats."""
    import django

    django.setup()
    from orgs.projection.install import document_version

    return document_version()


def recalled(slug: str, known_at: int) -> str:
    """An entry as it was known at a change, from the ledger, without findings."""
    [(document, change, at)] = rows(
        "SELECT compose(e.id, NULL, %(known)s, 0, (SELECT day FROM orgs_counter)), c.number,"
        """ to_char(c.decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
        " FROM orgs_entry e, orgs_changeset c"
        f" WHERE e.slug = %(slug)s AND e.kind IN {ACTORS} AND e.state = 'published'"
        "  AND c.number = (SELECT max(change) FROM orgs_entrychange WHERE change <= %(known)s)",
        {"known": known_at, "slug": slug},
    )
    return f'{document[:-1]}, "change" : {change}, "updated" : "{at}"}}'


def everything(params: dict[str, str]) -> Iterator[bytes]:
    """Give the whole list as JSON, piece by piece, as the database copies it out."""
    sql, _ = condition(params)
    [(day, number)] = rows(
        "SELECT day::text, (SELECT max(change) FROM orgs_entrychange) FROM orgs_counter"
    )
    head = {
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "retrieved": day,
        "known_at": number,
    }
    yield f'{json.dumps(head)[:-1]}, "results": ['.encode()
    outlet, inlet = os.pipe()
    database = connected()

    def copy() -> None:
        with os.fdopen(inlet, "wb") as pipe, database.cursor() as cursor:
            cursor.copy_expert(
                # Sorted first, read afterwards: sorting carries no documents.
                f"COPY (SELECT {DOCUMENT} FROM (SELECT e.document, e.findings, e.change, e.updated"
                f"  FROM orgs_entry e WHERE {sql} ORDER BY e.sort_key, e.id OFFSET 0) e)"
                # No document has a control character in it, so none is quoted.
                " TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')",
                pipe,
            )

    threading.Thread(target=copy, daemon=True).start()
    count, line_end = 0, b""
    with os.fdopen(outlet, "rb") as pipe:
        while piece := pipe.read(262_144):
            count += piece.count(b"\n")
            # The last line end is held back: no comma follows the last document.
            piece = line_end + piece
            line_end = b"\n" if piece.endswith(b"\n") else b""
            yield piece.removesuffix(b"\n").replace(b"\n", b", ")
    tail = {"count": count, "count_is": "exact", "next": None, "previous": None}
    yield f"], {json.dumps(tail)[1:]}".encode()


def graph(params: dict[str, str], host: str) -> str:
    """The members of a partnership, and all that they belong to, as a graph.

    It knows that these organizations are tied by memberships alone, and that nobody is quoted or
    contradicted.
    """
    [(nodes, edges)] = rows(
        f"""WITH answer AS MATERIALIZED (
            SELECT e.id, e.key, e.kind, e.slug, e.label, e.card
            FROM orgs_entry e WHERE e.state = 'published' AND e.kind IN {ACTORS}
              AND e.facets @> ARRAY(
                SELECT f.id FROM orgs_facet f JOIN orgs_entry p ON f.value = p.id::text
                WHERE f.filter = 'partnership' AND p.kind = 'partnership' AND p.slug = %(slug)s)
        ), edge AS MATERIALIZED (
            SELECT s.partnership_id, json_build_object(
                'source', a.key, 'target', p.key, 'statement', s.id, 'kind', 'membership',
                'label', s.grade, 'source_key', src.key, 'speaker', '', 'speaker_id', '',
                'voice', s.voice, 'confidence', s.confidence, 'when', s.edtf,
                'observed', s.observed, 'disputed', false) AS told
            FROM answer a
            JOIN orgs_membership s ON s.record_id = a.id AND s.retired IS NULL
                AND s.tier = 0 AND s.holds
            JOIN orgs_source src ON src.id = s.source_id AND src.tier = 0
            JOIN orgs_record p ON p.id = s.partnership_id
        ), node AS (
            SELECT *, true AS answers FROM answer
            UNION ALL
            SELECT id, key, kind, slug, label, card, false FROM orgs_entry
            WHERE id IN (SELECT partnership_id FROM edge) AND id NOT IN (SELECT id FROM answer)
        )
        SELECT (SELECT json_agg(json_build_object(
                'id', key, 'kind', kind, 'slug', slug, 'label', label,
                'url', %(site)s || '/organizations/' || slug || '/',
                'arenas', (SELECT coalesce(string_agg(arena, ';'), '')
                           FROM json_array_elements_text(card::json -> 'arenas') arena),
                'sphere', card::json ->> 'sphere', 'answers', answers))::text FROM node),
            (SELECT json_agg(told)::text FROM edge)""",
        {"slug": params["partnership"], "site": f"http://{host}"},
    )
    return f'{{"nodes": {nodes}, "links": {edges}}}'


PAGE_FACETS = ["arena", "identity", "sector", "leadership", "sphere", "voice", *BY_RECORD]
"""The twelve filters that the page offers, with counts."""
BY_PLACE = ["country", "active_in", "origin", "residence"]
"""Those that are answered by places: countries stand before what lies in them or around them."""
UNFOLDED = 12
"""How many values unfold at most, below the eight that are shown at once."""


def page(params: dict[str, str]) -> str:
    """The page of organizations with the counts of its twelve filters, as bare HTML."""
    sql, parameters = condition(params)
    counts = rows(
        f"WITH hits AS MATERIALIZED (SELECT e.facets FROM orgs_entry e WHERE {sql}),"
        f" counts AS ({COUNTS}), placed AS ("
        "  SELECT *, filter = ANY (%(by_place)s) AND length(value) <> 2 AS wider, row_number() OVER"
        "   (PARTITION BY filter, filter = ANY (%(by_place)s) AND length(value) <> 2"
        "    ORDER BY count DESC, label) AS place FROM counts)"
        " SELECT filter, value, label, count FROM placed"
        "  WHERE place <= %(unfolded)s OR place <= %(unfolded)s + 8 AND NOT wider"
        " UNION ALL SELECT NULL, NULL, NULL, count(*) FROM hits",
        parameters
        | {"facets": PAGE_FACETS, "by_record": BY_RECORD}
        | {"by_place": BY_PLACE, "unfolded": UNFOLDED},
    )
    cards = rows(
        f"SELECT e.card FROM orgs_entry e WHERE {sql} ORDER BY e.sort_key, e.id LIMIT {LIMIT}",
        parameters,
    )
    escape = html.escape
    pieces = ["<!doctype html><html lang=en><meta charset=utf-8><title>Organizations</title>"]
    name = None
    for filter_name, value, label, count in counts:
        if filter_name is None:
            pieces.append(f"<p>{count:,} organizations</p>")
            continue
        if filter_name != name:
            name = filter_name
            pieces.append(f"<h2>{escape(name)}</h2>")
        pieces.append(
            f'<li><label><input type="checkbox" form="search" name="{name}"'
            f' value="{escape(value)}"> <span dir="auto">{escape(label)}</span>'
            f' <span class="count">{count:,}</span></label></li>'
        )
    for (card,) in cards:
        entry = json.loads(card)
        pieces.append(
            f'<li><h3><a href="{escape(entry["url"])}"><bdi>{escape(entry["label"])}</bdi></a></h3>'
            f"<p>{escape(', '.join(entry['arenas']))} {escape(', '.join(entry['where']))}</p>"
            f"<p>{escape(entry['line'])}</p></li>"
        )
    return "".join(pieces)


MEMBERS = 50
"""How many members the page of a partnership names."""


def partnership(slug: str) -> str:
    """The page of a partnership as bare HTML: every statement of it, and its members."""
    [(document, members)] = rows(
        f"""SELECT e.document, (
            SELECT json_agg(told)::text FROM (
                SELECT m.document::json AS told FROM orgs_entry m
                WHERE m.state = 'published' AND m.kind = 'membership' AND m.facets @> ARRAY(
                    SELECT id FROM orgs_facet WHERE filter = 'partnership' AND value = e.id::text)
                ORDER BY m.sort_key, m.id LIMIT {MEMBERS}) first)
        FROM orgs_entry e
        WHERE e.slug = %s AND e.kind = 'partnership' AND e.state = 'published'""",
        (slug,),
    )
    parts = json.loads(document)
    escape = html.escape
    pieces = [f"<!doctype html><html lang=en><meta charset=utf-8><h1>{escape(parts['label'])}</h1>"]
    notes = []

    def sentence(item: dict, text: str) -> None:
        notes.append(item)
        pieces.append(
            f'<li id="statement-{item["statement"]}">{text} {escape(item["when"] or "")}'
            f" <sup>{len(notes)}</sup></li>"
        )

    for part, items in parts.items():
        flat = items if isinstance(items, list) else []
        if part == "traits":
            flat = [item for group in items.values() for item in group]
        for item in flat:
            if isinstance(item, dict) and "statement" in item:
                text = next(
                    (item[name] for name in ("text", "term", "event", "value", "url", "role",
                                             "predicate", "arena") if item.get(name)), part
                )  # fmt: skip
                sentence(item, escape(str(text)))
    for one in json.loads(members or "[]"):
        link = f'<a href="{escape(one["member"]["url"])}">{escape(one["member"]["label"])}</a>'
        sentence(one["membership"], link)
    pieces += [
        f"<p>{escape(item['source'])} {escape(item['locator'])} {escape(item['voice'])}</p>"
        for item in notes
    ]
    return "".join(pieces)


MEMBERS_SHOWN, MEMBERS_SHOWN_WITHIN = 100, 10
"""How many members the page of a network names, and how many within another network."""


def network(slug: str) -> str:
    """The page of a network as bare HTML: members at any depth, and how many in each year.

    It knows that these organizations do nothing together on record.
    """
    belonging: dict[int, list[tuple]] = {}
    names: dict[int, tuple[str, str]] = {}
    member_rows = rows(
        """WITH RECURSIVE inside (id) AS (
            SELECT id FROM orgs_record WHERE slug = %s AND kind = 'partnership'
            UNION
            SELECT s.record_id FROM inside JOIN orgs_membership s ON s.partnership_id = inside.id
            JOIN orgs_record r ON r.id = s.record_id AND r.kind = 'partnership'
            WHERE s.retired IS NULL AND s.tier = 0 AND s.holds
        )
        SELECT s.partnership_id, s.record_id, e.slug, e.label, e.sort_key,
            array_agg(s.edtf ORDER BY s.id), array_agg(s.id ORDER BY s.id)
        FROM inside JOIN orgs_membership s ON s.partnership_id = inside.id AND s.retired IS NULL
            AND s.tier = 0 AND s.holds
        JOIN orgs_source source ON source.id = s.source_id AND source.tier = 0
        JOIN orgs_entry e ON e.id = s.record_id AND e.state = 'published'
        GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2""",
        (slug,),
    )
    for inside, member, *columns in member_rows:
        belonging.setdefault(inside, []).append((member, *columns))
        names[member] = (columns[0], columns[1])
    years = rows(
        """SELECT year, count(DISTINCT s.record_id)
        FROM orgs_record p, orgs_counter c,
            generate_series(1985, extract(year FROM c.day)::int) year
        LEFT JOIN orgs_membership s ON s.retired IS NULL AND s.tier = 0 AND s.holds
            AND s.partnership_id = (SELECT id FROM orgs_record WHERE slug = %s)
            AND s.span @> least(make_date(year, 12, 31), (SELECT day FROM orgs_counter))
        WHERE p.slug = %s GROUP BY 1 ORDER BY 1""",
        (slug, slug),
    )
    [(this,)] = rows("SELECT id FROM orgs_record WHERE slug = %s", (slug,))
    opened = {this}

    def tree(inside: int) -> list[tuple]:
        here = [(row, row[0] in opened) for row in belonging.get(inside, ())]
        opened.update(row[0] for row, _ in here)
        branches = [(row, [] if again else tree(row[0])) for row, again in here]
        return sorted(branches, key=lambda branch: branch[0][3])

    pieces = ["<!doctype html><html lang=en><meta charset=utf-8>"]
    pieces += [f"<tr><th>{year}</th><td>{count:,}</td></tr>" for year, count in years]

    def write_members(branches: list[tuple], most: int) -> int:
        written = 0
        for (_, slug, label, _, whens, statements), within in branches:
            if written >= most:
                break
            links = "".join(f'<a href="/id/{number}">{number}</a>' for number in statements)
            pieces.append(
                f'<li><a href="/organizations/{html.escape(slug)}/">{html.escape(label)}</a>'
                f" {', '.join(whens)} {links}</li>"
            )
            written += 1
            written += write_members(within, min(most - written, MEMBERS_SHOWN_WITHIN))
        return written

    pieces.append('<section aria-labelledby="members">')
    write_members(tree(this), MEMBERS_SHOWN)
    return "".join([*pieces, "</section>"])


# The bare WSGI function --------------------------------------------------------------------------

COLLECTION = "/api/v1/organizations/"


def application(request: dict[str, Any], start: Callable) -> Iterable[bytes]:
    """A WSGI application."""
    path = request["PATH_INFO"]
    params = dict(parse_qsl(request["QUERY_STRING"]))
    headers = [("Content-Type", "application/json")]
    if params.get("limit") == "all":
        start("200 OK", headers)
        return everything(params)
    if path == "/organizations/":
        headers = [("Content-Type", "text/html; charset=utf-8")]
        text = page(params)
    elif path.startswith("/organizations/"):
        headers = [("Content-Type", "text/html; charset=utf-8")]
        slug, _, tail = path.removeprefix("/organizations/").strip("/").partition("/")
        text = network(slug) if tail == "network" else partnership(slug)
    elif path == COLLECTION and params.get("format") == "graph":
        text = graph(params, request["HTTP_HOST"])
    elif path == COLLECTION:
        text = listed(params, path, request["HTTP_HOST"])
    elif path.startswith(COLLECTION):
        slug = path.removeprefix(COLLECTION).strip("/")
        host = request["HTTP_HOST"]
        known = request.get("HTTP_IF_NONE_MATCH")
        if known is not None and known == mark(slug, host):
            start("304 Not Modified", [("ETag", known)])
            return []
        if "known_at" in params:
            text = recalled(slug, int(params["known_at"]))
        else:
            answer = one(slug, host)
            if answer is None:
                start("404 Not Found", [("Content-Length", "0")])
                return []
            text, etag = answer
            headers.append(("ETag", etag))
    else:
        start("404 Not Found", [("Content-Length", "0")])
        return []
    body = text.encode()
    start("200 OK", [*headers, ("Content-Length", str(len(body)))])
    return [body]
