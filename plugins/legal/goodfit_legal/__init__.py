"""What a legal department brings to goodfit: three tasks with data, and the metrics that a contract lawyer asks for."""
