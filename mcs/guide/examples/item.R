library(jsonlite)

address <- "http://localhost:8000/api/v1/organizations/SLUG/"
document <- fromJSON(readLines(address, warn = FALSE, encoding = "UTF-8"))
writeLines(paste(document$label, "at change", document$change))
