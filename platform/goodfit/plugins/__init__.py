"""Plugins: found without importing them, loaded one by one, each failure kept to itself."""
