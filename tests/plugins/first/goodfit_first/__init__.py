"""A plugin for hook API 1, kept as it is."""
