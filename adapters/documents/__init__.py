"""Official documents as files: templates and their making, numbers, filling, printing."""
