"""The other side, for the demo and the tests: one small process that plays SMS gateway, mail server,
12345 platform and work chat.

It belongs to no deployment. It knows nothing of the product: what it understands is the wire that
`docs/messages.md` describes, as a real service would.
"""
