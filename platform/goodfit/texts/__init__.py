"""For everybody, plugins too: what can be read off a text without a model."""
