"""How much each scrubber found of what was to be found, as ``benchmarks/privacy.py`` measured it."""

from __future__ import annotations

import math

WHERE = "presidio_synth, test part: 528 synthetic English texts"

IDENTIFIERS = {
    "AGE": 1.0,
    "CREDIT_CARD": 1.0,
    "DATE_TIME": 0.688,
    "EMAIL_ADDRESS": 1.0,
    "HANDLE": math.nan,
    "IBAN_CODE": 1.0,
    "IP_ADDRESS": math.nan,
    "NATIONAL_ID": math.nan,
    "PHONE_NUMBER": 1.0,
    "RECORD_NUMBER": math.nan,
    "SECRET": math.nan,
    "STREET_ADDRESS": 0.119,
    "TAX_NUMBER": math.nan,
    "TITLE": 0.8,
    "URL": 1.0,
    "US_SSN": math.nan,
    "ZIP_CODE": 0.077,
}
"""Type -> recall; nan where the texts have none. Streets and postal codes are mostly found by the taggers."""

NAMES = {
    "PERSON": 0.996,
    "LOCATION": 0.993,
    "ORGANIZATION": 0.898,
    "STREET_ADDRESS": 0.993,
    "NRP": 1.0,
    "OCCUPATION": math.nan,
}

NAMES_FAST = {
    "PERSON": 0.871,
    "LOCATION": 0.831,
    "ORGANIZATION": 0.582,
    "STREET_ADDRESS": 0.504,
    "NRP": 0.895,
    "OCCUPATION": math.nan,
}
