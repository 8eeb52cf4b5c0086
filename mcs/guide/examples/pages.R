library(jsonlite)

names <- c()
address <- "http://localhost:8000/api/v1/organizations/?limit=100&fields=label"
while (!is.null(address)) {
  page <- fromJSON(readLines(address, warn = FALSE, encoding = "UTF-8"))
  names <- c(names, page$results$label)
  address <- page$`next`
}
writeLines(paste("read", length(names), "of", page$count))
