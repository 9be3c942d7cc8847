"""Values that flow through the tool. Plain data: no reading, no writing, no vendor."""
