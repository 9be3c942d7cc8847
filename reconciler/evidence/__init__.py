"""Evidence images: found inside the root, checked to be what the vendor takes, digested, and read again to be sent."""
