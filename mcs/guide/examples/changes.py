import json
from urllib.request import urlopen

with urlopen("http://localhost:8000/api/v1/changes/?limit=1") as answer:
    page = json.load(answer)
for change in page["results"]:
    print("change", change["number"], "touched", len(change["entries"]))
