"""goodfit: fine-tune a language model on a department's own examples, with the evidence."""

__version__ = "0.1.0"
