"""Activities translate between the engine and the ports; they decide nothing."""
