# Keep a copy of the catalogue in copy.rds. Run it again at any time: it catches up.
library(jsonlite)

catalogue <- "http://localhost:8000"
file <- "copy.rds"

# What the catalogue answers; NULL for what is not public any more.
read <- function(address) {
  if (!startsWith(address, "http")) address <- paste0(catalogue, address)
  text <- tryCatch(
    readLines(address, warn = FALSE, encoding = "UTF-8"),
    warning = function(problem) {
      if (!grepl("status was '(404|410)", conditionMessage(problem))) stop(problem)
    }
  )
  if (!is.null(text)) fromJSON(text, simplifyVector = FALSE)
}

# Every result of a list, page after page.
pages <- function(address) {
  results <- list()
  while (!is.null(address)) {
    page <- read(address)
    results <- c(results, page$results)
    address <- page$`next`
  }
  results
}

if (file.exists(file)) {
  copy <- readRDS(file)
} else {
  contents <- read("/api/v1/")
  copy <- list(change = contents$change, items = list())
  for (collection in contents$collections) {
    if (!collection$name %in% c("changes", "search")) {
      for (item in pages(paste0(collection$api_url, "?limit=100"))) copy$items[[item$id]] <- item
    }
  }
}

stale <- list()
for (change in pages(sprintf("/api/v1/changes/?since=%d&limit=100", copy$change))) {
  for (entry in change$entries) stale[[entry$id]] <- entry
  copy$change <- change$number
}
for (entry in stale) {
  # "merged" and "gone" leave the copy; "published" is read anew. NULL takes it out.
  copy$items[[entry$id]] <- if (entry$state == "published") read(entry$api_url)
}
# Written whole or not at all, so that an interrupted run only has to be repeated.
saveRDS(copy, "copy.new")
invisible(file.rename("copy.new", file))
writeLines(paste(length(copy$items), "items, up to change", copy$change))
