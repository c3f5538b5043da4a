"""What a content department brings to goodfit: writing tasks with data, a style guide, and an editor's metrics."""
