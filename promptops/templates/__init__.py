"""Prompt files -> prompts with positions; prompts and inputs -> messages."""
