"""The interface for other systems: `/api/v1`, its own description, bearer tokens, one form of error."""
