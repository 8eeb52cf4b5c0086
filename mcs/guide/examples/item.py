import json
from urllib.request import urlopen

address = "http://localhost:8000/api/v1/organizations/SLUG/"
with urlopen(address) as answer:
    document = json.load(answer)
print(document["label"], "at change", document["change"])
