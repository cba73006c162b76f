"""The stack on one machine: PostgreSQL, Temporal, the demo's counterparts and the worker as supervised processes."""
