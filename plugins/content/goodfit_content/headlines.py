"""Whether a text fits as a headline: one line, not too long, with words, and no mark at its end."""

MOST_CHARACTERS = 70
"""What fits into one line of a search result or a phone's notification, about."""

END_MARKS = (".", "!", "?", ":", ";", ",", "…")
CLOSING = "\"'”’»)]"
"""What may stand behind an end mark: quotation marks and brackets."""


def fits(headline: str) -> bool:
    """Whether a headline, without blanks around it, is one line of ``MOST_CHARACTERS`` at most and ends in no mark."""
    one_line = len(headline.splitlines()) == 1 and any(letter.isalpha() for letter in headline)
    return one_line and len(headline) <= MOST_CHARACTERS and not headline.rstrip(CLOSING).endswith(END_MARKS)
