"""Durable work in the background: what a transaction leaves in the outbox, a worker does.

A job is a row of the outbox. Five words: *enqueue* (in the transaction that decides it), *dispatch* (the worker
finds it due), *run* (its handler does the effect, tried often, meant once), *retry*, *stop*.
"""

from app.jobs.service import Job, job_of, list_jobs, retry_job, stop_job

__all__ = ["Job", "job_of", "list_jobs", "retry_job", "stop_job"]
