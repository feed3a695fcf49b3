"""Finance: what the books say of a document.

Words: account (会计科目), debit and credit (借/贷), journal entry (记账凭证), fiscal period (会计期间),
trial balance (试算平衡表).
"""

from __future__ import annotations

from app.domain.finance.queries import Effect, effects_of, trial_balance
from app.domain.finance.service import close_month, post, reopen_month, reverse

__all__ = ["Effect", "close_month", "effects_of", "post", "reopen_month", "reverse", "trial_balance"]
