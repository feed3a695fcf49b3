"""Stages and approvals."""
