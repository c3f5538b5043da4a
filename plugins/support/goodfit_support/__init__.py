"""What a customer support desk brings to goodfit: two tasks, their data, three metrics and a check."""
