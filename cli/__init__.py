"""The command line: what clerks type and what they read. One module for each command."""
