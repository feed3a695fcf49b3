"""Imports: what comes in, what stays out, and that nothing is lost on the way."""
