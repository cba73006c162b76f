"""Durable workflows: one per bad review, and the small ones around them."""
