"""The other side, for the demo and the tests: one small process that plays SMS gateway, mail server,
12345 platform, work chat and provincial platform.

It belongs to no deployment. It knows nothing of the product: what it understands is the wire that
`docs/messages.md` and `docs/push.md` describe, as a real service would.
"""
