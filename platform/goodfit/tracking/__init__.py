"""Where figures go: the run folder's history always, wandb when asked for."""
