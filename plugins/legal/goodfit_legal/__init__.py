"""What a legal department brings to goodfit: five tasks with data, and the metrics that a lawyer asks for."""
