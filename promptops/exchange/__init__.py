"""Prompts of other tools' formats, read and written; what cannot be carried over is listed."""
