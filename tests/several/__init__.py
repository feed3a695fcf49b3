"""Several web processes and workers of one office, on PostgreSQL and Redis, behind nginx."""
