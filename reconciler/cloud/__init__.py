"""The vendor's side: keys, calls, pace, and answers turned into rows."""
