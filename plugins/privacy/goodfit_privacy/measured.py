"""What each scrubber found of what was to be found: ``benchmarks/privacy.py`` measures it, people write it here."""

from __future__ import annotations

import math

WHERE = "not measured"

IDENTIFIERS = {
    "AGE": math.nan,
    "CREDIT_CARD": math.nan,
    "DATE_TIME": math.nan,
    "EMAIL_ADDRESS": math.nan,
    "HANDLE": math.nan,
    "IBAN_CODE": math.nan,
    "IP_ADDRESS": math.nan,
    "NATIONAL_ID": math.nan,
    "PHONE_NUMBER": math.nan,
    "RECORD_NUMBER": math.nan,
    "SECRET": math.nan,
    "STREET_ADDRESS": math.nan,
    "TAX_NUMBER": math.nan,
    "TITLE": math.nan,
    "URL": math.nan,
    "US_SSN": math.nan,
    "ZIP_CODE": math.nan,
}
"""Type -> recall; nan where the texts have none."""

NAMES = {
    "PERSON": math.nan,
    "LOCATION": math.nan,
    "ORGANIZATION": math.nan,
    "STREET_ADDRESS": math.nan,
    "NRP": math.nan,
    "OCCUPATION": math.nan,
}

NAMES_FAST = {
    "PERSON": math.nan,
    "LOCATION": math.nan,
    "ORGANIZATION": math.nan,
    "STREET_ADDRESS": math.nan,
    "NRP": math.nan,
    "OCCUPATION": math.nan,
}
