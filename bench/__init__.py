"""Measurements side by side with something simpler. Not collected by pytest; `make bench` runs them all."""
