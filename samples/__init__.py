"""The demo's data, and how it is made. No part of the product."""
