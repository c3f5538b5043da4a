"""For the authors of plugins: a suite of checks, a scaffold, and what starter data are made and tested with."""

from goodfit.testing.suite import PluginSuite

__all__ = ["PluginSuite"]
