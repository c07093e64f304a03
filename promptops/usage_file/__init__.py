"""The usage file: how prompts are used, as people wrote it or recorded calls told it."""
