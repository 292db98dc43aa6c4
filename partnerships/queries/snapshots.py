"""The snapshots of the public edition that can be had, and those that no longer can."""

from partnerships.publishing.shelf import Snapshot, one, snapshots

__all__ = ["Snapshot", "one", "snapshots"]
