"""The record of what was submitted: its document and the stores that keep it."""
