"""Records: read -> check -> split -> batch."""
