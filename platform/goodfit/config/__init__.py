"""The only code that knows Hydra: words -> RunConf."""
