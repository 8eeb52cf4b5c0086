address='http://localhost:8000/api/v1/organizations/?limit=2&fields=label,url'
etag=$(curl --silent --head "$address" | sed -n 's/^[Ee][Tt]ag: //p' | tr -d '\r')
curl --silent --output /dev/null --write-out '%{http_code}\n' \
    --header "If-None-Match: $etag" "$address"
