"""Stages and approvals of documents."""
