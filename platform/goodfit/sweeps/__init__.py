"""The search for settings that fit: which trial comes next, how it is judged, and where it runs."""
