"""Training: the one LightningModule, batches by counter, checkpoints, packed adapters, the mapping to Lightning."""
