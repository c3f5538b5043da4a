"""Base models: found, checked, loaded, adapted, and called through one function."""
