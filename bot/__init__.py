"""Factdesk, a cited-facts desk for Discord."""

__version__ = "0.2.0"
