"""YAML 1.2 core, read with the place of every key and value. Knows nothing of signatures."""
