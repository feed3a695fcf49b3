"""YAML in, checked specifications out: forms, workflows, organisation, words, posting table."""
