"""Arabic dates without the comma before the year: "25 نوفمبر 2026", as newspapers write them."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y، H:i"
