"""Servers and workers that are killed in the midst of what they do, again and again, from a printed seed."""
