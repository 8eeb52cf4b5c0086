tryCatch(
  readLines("http://localhost:8000/api/v1/organizations/?colour=red"),
  # Base R hands on the status only; curl shows the sentence.
  warning = function(problem) {
    told <- conditionMessage(problem)
    writeLines(regmatches(told, regexpr("[0-9]{3} [A-Za-z ]+", told)))
  }
)
