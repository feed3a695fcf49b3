"""Messages to people: what the office tells them, in their own inbox.

Other ways (e-mail, text message, chat) come with their connectors; until then everything arrives here.
"""

from app.connect.notify.notices import Notice, mark_read, notices

__all__ = ["Notice", "mark_read", "notices"]
