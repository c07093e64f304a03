"""What prompts cost a call and a month, and what a change of them changes."""
