library(jsonlite)

address <- "http://localhost:8000/api/v1/changes/?limit=1"
page <- fromJSON(readLines(address, warn = FALSE, encoding = "UTF-8"), simplifyVector = FALSE)
for (change in page$results) {
  writeLines(paste("change", change$number, "touched", length(change$entries)))
}
