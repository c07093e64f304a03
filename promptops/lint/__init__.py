"""Rules over prompts."""
