"""Calls of an application, written down as they happen: it never waits for that or fails by it."""
