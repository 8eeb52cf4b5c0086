library(jsonlite)

address <- "http://localhost:8000/api/v1/organizations/?limit=1&fields=label&facets=arena"
facets <- fromJSON(readLines(address, warn = FALSE, encoding = "UTF-8"))$facets
writeLines(paste(facets$arena$label, facets$arena$count))
