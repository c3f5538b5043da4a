"""What goodfit looks for in training data: copies, leaks, wrong labels, damaged texts, secrets."""
