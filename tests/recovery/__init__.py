"""Recovery: parts of the running system are killed while people act on many cases."""
