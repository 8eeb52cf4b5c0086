curl 'http://localhost:8000/api/v1/organizations/?limit=2&fields=label,url'
