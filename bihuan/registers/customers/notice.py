"""Which privacy notice a customer has before them. Its words stand on `/privacy`; each consent keeps the version."""

from datetime import date

NOTICE_VERSION = "2026-11"  # raised with every change of what the notice says
NOTICE_SINCE = date(2026, 11, 22)
GUARDIAN_BELOW = 14  # years of age; below, a parent or guardian has to agree
