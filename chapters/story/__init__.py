"""The few shared tools of the chapters: load a table, state and test a claim, frame a figure."""

from story.claims import claim, definition
from story.data import load
from story.figure import card, choices
from story.theme import palette

__all__ = ["card", "choices", "claim", "definition", "load", "palette"]
