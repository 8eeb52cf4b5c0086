curl 'http://localhost:8000/api/v1/organizations/SLUG/?as_of=2010&fields=label,dates,change'
