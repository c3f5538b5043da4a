"""For the authors of plugins: what starter data are made with."""
