"""Faults to find: each class once, with what it changes, how that is undone, what is true then, and what shows it."""
