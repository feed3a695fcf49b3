"""The demo company: made by the product's own doors, on a stopped clock, from a seed.

Nothing is written behind the office's back: people are hired, suppliers approved, requests raised, orders placed
and goods received by the same acts that a user has, day by day over two years.
"""

from app.demo.company import found_company
from app.demo.history import live_through

__all__ = ["found_company", "live_through"]
