address <- "http://localhost:8000/api/v1/organizations/?limit=2&fields=label,url"
headers <- curlGetHeaders(address)
etag <- grep("^etag:", headers, ignore.case = TRUE, value = TRUE)
etag <- trimws(sub("^[^:]*:", "", etag))
again <- url(address, headers = c("If-None-Match" = etag))
sent <- readLines(again, warn = FALSE)
close(again)
if (length(sent) == 0) writeLines("304 is no error: what we have still holds.")
