"""The tools, by what they read: documents, counts, stock, suppliers, approvals, and the one that prepares a request."""
