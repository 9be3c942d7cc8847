"""Where keys come from: one file a source, and the order in which they are looked for."""
