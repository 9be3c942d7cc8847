"""Where keys come from: one file per source, and the order in which they are asked."""
