import json
from urllib.error import HTTPError
from urllib.request import urlopen

try:
    urlopen("http://localhost:8000/api/v1/organizations/?colour=red")
except HTTPError as answer:
    problem = json.load(answer)
    print(problem["status"], problem["title"])
