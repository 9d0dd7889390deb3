"""The versions of facts in the state: kept for the open base, and looked up for what was seen."""

from __future__ import annotations

from collections.abc import Mapping

from bot.facts.shown import SeenFact, ShownFact, present_versions
from bot.facts.store import Store
from bot.state.state import State


async def remember_base(store: Store, state: State) -> str:
    """Keep what a base's facts show, to find later what changed; returns its fingerprint.

    Reads the base only the first time. Raises DatabaseUnavailable.
    """
    if not state.base_versions.is_known(store.fingerprint):
        facts = await store.shown_versions()
        versions = {key: version for key, (version, _) in facts.items()}
        await state.base_versions.remember(store.fingerprint, versions, dict(facts.values()))
    return store.fingerprint


async def seen_facts(state: State, versions: Mapping[str, str]) -> dict[str, SeenFact]:
    """Facts as readers have seen them, given as their versions by key.

    Raises DatabaseUnavailable.
    """
    shown = await state.fact_versions.shown(frozenset(versions.values()))
    return {
        key: SeenFact(version, ShownFact.model_validate_json(shown[version]))
        if version in shown
        else SeenFact(version)
        for key, version in versions.items()
    }


def changed_facts(posted: Mapping[str, str], current: Mapping[str, str]) -> dict[str, str]:
    """The posted facts that the base has in another version now, with that version.

    Those that the base no longer has are left out: nothing can be said in their place.
    """
    return {
        key: current[key]
        for key, version in posted.items()
        if key in current and current[key] != version
    }


async def adopt_versions(store: Store, state: State) -> None:
    """Replace the versions that release 0.2.0 wrote by today's, so that no unchanged fact counts
    as changed after an upgrade.

    Those of facts that have changed in a way which is not on record stay, and count as changed.
    Reads the base only if there are any. Raises DatabaseUnavailable.
    """
    outdated = await state.fact_versions.outdated()
    if not outdated:
        return
    keys = {key for key, _ in outdated}
    shown = await store.shown_facts(keys)
    records = [record for record in await store.every_fact() if record.key in keys]
    known = {record.key: present_versions(record, shown[record.key]) for record in records}
    adopted = {
        (key, version): known[key][version]
        for key, version in outdated
        if version in known.get(key, {})
    }
    await state.fact_versions.replace(
        {old: fact.version for old, fact in adopted.items()},
        {fact.version: fact.saved for fact in adopted.values()},
    )
