"""The way to another machine: connections without surprises, limits in time and size, what the environment asks for."""
