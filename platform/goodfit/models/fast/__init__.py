"""The fast path: the same numbers without padding, by public seams of transformers and no forward of our own."""
