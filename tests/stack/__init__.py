"""The stack with real processes: it comes up, comes back, and leaves nothing behind."""
