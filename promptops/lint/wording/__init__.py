"""What the words of a prompt ask for: instructions, repeats, the shape of the answer."""
