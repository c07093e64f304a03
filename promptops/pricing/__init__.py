"""What models cost, by name and day; the bundled snapshot works offline."""
