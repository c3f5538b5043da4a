"""Records: read -> check -> scrub -> split -> batch."""
