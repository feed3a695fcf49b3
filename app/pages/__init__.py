"""Pages, rendered from specifications."""
