"""Brings the three inputs together: what is wanted, what is there, what was submitted. Reads only."""
