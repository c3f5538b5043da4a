"""Three small models that goodfit can tune without a hub: bert, t5 and gpt."""
