"""Whether a model treats people alike: groups compared with intervals, and answers when a text speaks of others."""
