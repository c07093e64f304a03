"""A rendered prompt -> keyword arguments for the vendors' own clients, one module a vendor.

Nothing here imports a client: what is returned is plain data, and what a vendor would refuse is
said before it is sent. ``docs/vendors.md`` lists what becomes what.
"""
