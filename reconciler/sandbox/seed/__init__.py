"""What the sandbox starts with: the account file, read and checked."""
