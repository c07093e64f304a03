"""``promptops serve``: the audit, questions and eval runs as pages for whoever sits here.

It only reads: no page changes anything, and whoever asks by another name is refused.
"""
