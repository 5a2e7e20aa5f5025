"""The few colours each drawn scene is made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    wall: str
    wall_shade: str
    floor: str
    floor_far: str
    wood: str
    wood_dark: str
    seat: str
    seat_dark: str
    accent: str
    leaf: str
    dark: str
    soft: str


PALETTES = {
    "fjord": Palette(
        wall="#cfdde0", wall_shade="#b9ccd1", floor="#d9c3a3", floor_far="#c9b08c",
        wood="#b98a5a", wood_dark="#8f6640", seat="#1f4e5f", seat_dark="#163b48",
        accent="#e0a52e", leaf="#3f7d5e", dark="#16313a", soft="#f3efe6",
    ),
    "spruce": Palette(
        wall="#d5e0d6", wall_shade="#bfcfc2", floor="#cdbfa8", floor_far="#bbab92",
        wood="#c79a66", wood_dark="#9b7246", seat="#2f6b55", seat_dark="#224f3f",
        accent="#d96f4e", leaf="#2e7d5b", dark="#1b332b", soft="#f5f1e7",
    ),
    "ochre": Palette(
        wall="#f0e3c6", wall_shade="#e3d2ab", floor="#bba083", floor_far="#a78b6c",
        wood="#a8733f", wood_dark="#7d5329", seat="#b4482f", seat_dark="#8c3623",
        accent="#1f5c6b", leaf="#5e8b57", dark="#3a2a1c", soft="#fbf6ea",
    ),
    "snow": Palette(
        wall="#e9edec", wall_shade="#d9e0df", floor="#c6cfcf", floor_far="#b4bfc0",
        wood="#dcc7a4", wood_dark="#b79c73", seat="#3c5c66", seat_dark="#2b444c",
        accent="#e6b34a", leaf="#5b9a78", dark="#22363c", soft="#ffffff",
    ),
    "wharf": Palette(
        wall="#e7cfc2", wall_shade="#d9bbab", floor="#a98b70", floor_far="#94775d",
        wood="#7a4a32", wood_dark="#5a3524", seat="#2e5a5e", seat_dark="#214347",
        accent="#edb94a", leaf="#6b8f5e", dark="#35231c", soft="#fbf2ea",
    ),
    "dusk": Palette(
        wall="#3c4f5c", wall_shade="#32434f", floor="#6c5a49", floor_far="#5c4c3d",
        wood="#a97b4d", wood_dark="#7d5834", seat="#c96f4a", seat_dark="#a35436",
        accent="#f0c25c", leaf="#5e8f77", dark="#1c2930", soft="#ede4d3",
    ),
}  # fmt: skip
