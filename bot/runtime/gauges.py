"""What a process measures of its connection to Discord: its servers, its shards, the latency."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.runtime.client import Factdesk


def add_gauges(bot: Factdesk) -> None:
    """Have the metrics of a client read these from it whenever they are collected."""
    gauge = bot.metrics.gauge
    gauge("servers", "Servers that the bot is in.", lambda: len(bot.guilds))
    gauge(
        "gateway_latency_seconds",
        "How long Discord's gateway takes to answer a heartbeat.",
        lambda: bot.latency,
    )
    gauge(
        "shards_connected",
        "Shards that are connected to Discord.",
        lambda: len(bot.connected_shards),
    )
    gauge("shards", "Shards that this process serves.", lambda: len(bot.shards_served.ids))
