"""Frozen messages and values that every layer shares. No tables, no clock, no engine."""
