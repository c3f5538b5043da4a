"""A register of trained models, in one shared file."""
