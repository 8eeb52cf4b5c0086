"""Arabic dates without the comma before the year: "25 نوفمبر 2026", as newspapers write them.

Django's own formats leave thousands together and mark decimals with a comma: "2600000", "6,4".
Beside the digits that this site writes, 0 to 9, both are read as in English: "2,600,000", "6.4".
"""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y، H:i"
NUMBER_GROUPING = 3
THOUSAND_SEPARATOR = ","
DECIMAL_SEPARATOR = "."
