import json
from urllib.request import urlopen

names = []
address = "http://localhost:8000/api/v1/organizations/?limit=100&fields=label"
while address:
    with urlopen(address) as answer:
        page = json.load(answer)
    names += [one["label"] for one in page["results"]]
    address = page["next"]
print("read", len(names), "of", page["count"])
