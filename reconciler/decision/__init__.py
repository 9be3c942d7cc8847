"""The decision: definition, live row and record in, verdict out. Pure functions, no I/O."""
