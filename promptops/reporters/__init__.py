"""Results -> text that people or machines read."""
