library(jsonlite)

address <- "http://localhost:8000/api/v1/organizations/SLUG/?as_of=2010&fields=label,dates,change"
document <- fromJSON(readLines(address, warn = FALSE, encoding = "UTF-8"))
writeLines(paste(document$label, "in 2010, as known at change", document$change))
