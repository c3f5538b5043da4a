"""What a finance department brings to goodfit: six tasks with data, their metrics, and arithmetic that is exact."""
