"""The one schema: a dataclass for each group of conf/, and RunConf on top."""

from goodfit.schema.run import RunConf

__all__ = ["RunConf"]
