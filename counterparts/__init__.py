"""The other side, for the demo and the tests: one small process that plays SMS gateway, mail server and
12345 platform.

It belongs to no deployment. It knows nothing of the product: what it understands is the wire that
`docs/messages.md` describes, as a real service would.
"""
