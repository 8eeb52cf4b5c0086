curl 'http://localhost:8000/api/v1/organizations/?limit=1&fields=label&facets=arena'
