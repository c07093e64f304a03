"""Prompts as infrastructure."""
