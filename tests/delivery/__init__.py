"""Delivery under faults: that a post is made once, whatever breaks.

A Discord on loopback keeps the messages and fails as it is told; processes of their own deliver to
it, with real sockets and real signals, from a real database.
"""
