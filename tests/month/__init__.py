"""A whole month of one city on the engine whose clock the test moves; what must come of it is worked out by hand."""
