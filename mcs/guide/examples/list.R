library(jsonlite)

address <- "http://localhost:8000/api/v1/organizations/?limit=2&fields=label,url"
page <- fromJSON(readLines(address, warn = FALSE, encoding = "UTF-8"))
writeLines(paste(page$count, "in all, among them:"))
writeLines(paste(page$results$label, page$results$url))
