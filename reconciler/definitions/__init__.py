"""Definitions in YAML: found, read with their positions, checked, and handed on as plain values."""
