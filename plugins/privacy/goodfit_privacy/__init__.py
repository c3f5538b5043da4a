"""goodfit-privacy: scrubbers for personal data."""
