"""Values to text: each renderer returns a string, and only the commands print."""
