"""Prompts by name: heads, versions that cannot change, and the runtime API."""
