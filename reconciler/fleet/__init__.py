"""Many accounts at once: which folders they are, which a change touches, and how they run side by side."""
