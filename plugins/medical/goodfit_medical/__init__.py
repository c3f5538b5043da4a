"""What a hospital brings to goodfit: four tasks with synthetic data, metrics, checks and a gate."""
