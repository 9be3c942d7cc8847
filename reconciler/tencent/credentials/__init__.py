"""Where keys come from: one file a kind of source, and the order in which they are looked for."""
