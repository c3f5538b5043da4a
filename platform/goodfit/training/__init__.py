"""Training: the one LightningModule, batches by counter, checkpoints, the fit diagnosis, the mapping to Lightning."""
