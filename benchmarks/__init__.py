"""What this tool costs beside what a user would use instead: ``python -m benchmarks``."""
