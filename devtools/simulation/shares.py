"""How much is asked month by month, hour by hour, day by day from Monday, in a year that is made up."""

MONTHS = (112, 108, 118, 104, 92, 74, 52, 46, 98, 124, 128, 84)
HOURS = (3, 2, 1, 1, 1, 2, 4, 8, 18, 38, 52, 55, 40, 46, 58, 60, 56, 48, 36, 28, 24, 22, 16, 8)
WEEKDAYS = (118, 116, 108, 104, 92, 58, 48)
