"""The local stand-in for the vendor: an HTTP server that checks, answers, limits and fails as the real one may."""
