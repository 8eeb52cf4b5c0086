import json
from urllib.request import urlopen

address = "http://localhost:8000/api/v1/organizations/?limit=1&fields=label&facets=arena"
with urlopen(address) as answer:
    facets = json.load(answer)["facets"]
for one in facets["arena"]:
    print(one["label"], one["count"])
