import json
from urllib.request import urlopen

address = "http://localhost:8000/api/v1/organizations/?limit=2&fields=label,url"
with urlopen(address) as answer:
    page = json.load(answer)
print(page["count"], "in all, among them:")
for one in page["results"]:
    print(one["label"], one["url"])
