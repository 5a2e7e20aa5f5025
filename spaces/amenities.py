"""What a space may have: the words every district begins with. Operators add their own.

A row is added where it is missing and otherwise left as it is, so that a name that operators
have changed stays changed.
"""

from typing import Any

Names = dict[str, str]  # {language: text}


def text(nb: str, en: str, nn: str) -> Names:
    return {"nb": nb, "en": en, "nn": nn}


# By code: the Lucide icon, and the name.
AMENITIES: dict[str, tuple[str, Names]] = {
    # to meet
    "screen": ("tv", text("Skjerm", "Screen", "Skjerm")),
    "projector": ("projector", text("Projektor", "Projector", "Projektor")),
    "video": ("video", text("Videomøte", "Video meetings", "Videomøte")),
    "whiteboard": ("presentation", text("Tavle", "Whiteboard", "Tavle")),
    "hearing-loop": ("ear", text("Teleslynge", "Hearing loop", "Teleslyngje")),
    "coffee": ("coffee", text("Kaffe", "Coffee", "Kaffi")),
    "kitchen": ("cooking-pot", text("Kjøkken", "Kitchen", "Kjøken")),
    "wifi": ("wifi", text("Wi-Fi", "Wi-Fi", "Wi-Fi")),
    "soundproof": ("volume-x", text("Lydtett", "Soundproof", "Lydtett")),
    "air": ("air-vent", text("Kjøling", "Air conditioning", "Kjøling")),
    # to work
    "adjustable-desk": (
        "arrows-up-from-line",
        text("Hev- og senkbart bord", "Height-adjustable desk", "Heve- og senkebord"),
    ),
    "monitor": ("monitor", text("Ekstra skjerm", "Monitor", "Ekstra skjerm")),
    "quiet-zone": ("moon", text("Stille sone", "Quiet zone", "Stille sone")),
    "lockers": ("lock", text("Låsbare skap", "Lockers", "Låsbare skap")),
    "printer": ("printer", text("Skriver", "Printer", "Skrivar")),
    "phone-booth": ("phone", text("Telefonboks", "Phone booth", "Telefonboks")),
    # to try out
    "fume-hood": ("wind", text("Avtrekksskap", "Fume hood", "Avtrekksskap")),
    "bsl-1": ("biohazard", text("Biosikkerhet 1", "Biosafety level 1", "Biotryggleik 1")),
    "autoclave": ("thermometer", text("Autoklav", "Autoclave", "Autoklav")),
    "centrifuge": ("rotate-cw", text("Sentrifuge", "Centrifuge", "Sentrifuge")),
    "freezer": ("snowflake", text("Fryser −80 °C", "−80 °C freezer", "Frysar −80 °C")),
    "microscope": ("microscope", text("Mikroskop", "Microscope", "Mikroskop")),
    "oscilloscope": ("activity", text("Oscilloskop", "Oscilloscope", "Oscilloskop")),
    "soldering": ("plug-zap", text("Loddestasjon", "Soldering station", "Loddestasjon")),
    "motion-capture": ("scan", text("Bevegelsesfangst", "Motion capture", "Rørslefangst")),
    "gas": ("flame", text("Gass og trykkluft", "Gas and compressed air", "Gass og trykkluft")),
    "eyewash": ("droplets", text("Øyeskyller", "Eyewash", "Augeskyljar")),
    "technician": (
        "hard-hat",
        text("Tekniker til stede", "Technician on site", "Teknikar til stades"),
    ),
    # to make
    "3d-printer": ("box", text("3D-printer", "3D printer", "3D-printar")),
    "laser-cutter": ("zap", text("Laserkutter", "Laser cutter", "Laserkuttar")),
    "cnc": ("cog", text("CNC-fres", "CNC mill", "CNC-fres")),
    "saw": ("axe", text("Formatsag", "Panel saw", "Formatsag")),
    "welding": ("flame-kindling", text("Sveiseapparat", "Welder", "Sveiseapparat")),
    "hand-tools": ("hammer", text("Håndverktøy", "Hand tools", "Handverktøy")),
    "robot": ("bot", text("Robotarm", "Robot arm", "Robotarm")),
    # to gather
    "stage": ("theater", text("Scene", "Stage", "Scene")),
    "sound": ("speaker", text("Lydanlegg", "Sound system", "Lydanlegg")),
    "lights": ("spotlight", text("Scenelys", "Stage lights", "Scenelys")),
    "chairs": ("armchair", text("Stoler", "Chairs", "Stolar")),
    "cloakroom": ("shirt", text("Garderobe", "Cloakroom", "Garderobe")),
    "streaming": ("radio", text("Strømming", "Streaming", "Strøyming")),
    # to record
    "microphones": ("mic", text("Mikrofoner", "Microphones", "Mikrofonar")),
    "camera": ("camera", text("Kamera", "Cameras", "Kamera")),
    "green-screen": ("clapperboard", text("Grønn vegg", "Green screen", "Grøn vegg")),
    "mixer": ("sliders-horizontal", text("Miksebord", "Mixing desk", "Miksebord")),
    "drums": ("drum", text("Trommesett", "Drum kit", "Trommesett")),
    "piano": ("piano", text("Piano", "Piano", "Piano")),
    # outdoors
    "power": ("plug", text("Strømuttak", "Power outlets", "Straumuttak")),
    "roof": ("umbrella", text("Under tak", "Covered", "Under tak")),
    "benches": ("trees", text("Benker og bord", "Benches and tables", "Benkar og bord")),
    "fire-pit": ("flame", text("Bålpanne", "Fire pit", "Bålpanne")),
    "toilet": ("toilet", text("Toalett", "Toilet", "Toalett")),
    "vehicle-access": ("truck", text("Innkjøring for bil", "Vehicle access", "Innkøyring for bil")),
}


def add_missing(amenity: Any) -> None:
    """`amenity`: the model, as it is now or as a migration knows it."""
    rows = (amenity(code=code, icon=icon, name=name) for code, (icon, name) in AMENITIES.items())
    amenity.objects.bulk_create(rows, ignore_conflicts=True)
