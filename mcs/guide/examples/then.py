import json
from urllib.request import urlopen

address = "http://localhost:8000/api/v1/organizations/SLUG/?as_of=2010&fields=label,dates,change"
with urlopen(address) as answer:
    document = json.load(answer)
print(document["label"], "in 2010, as known at change", document["change"])
