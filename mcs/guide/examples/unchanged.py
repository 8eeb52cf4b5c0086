from urllib.error import HTTPError
from urllib.request import Request, urlopen

address = "http://localhost:8000/api/v1/organizations/?limit=2&fields=label,url"
with urlopen(address) as answer:
    etag = answer.headers["ETag"]
try:
    urlopen(Request(address, headers={"If-None-Match": etag}))
except HTTPError as answer:
    print(answer.code, "is no error: what we have still holds.")
