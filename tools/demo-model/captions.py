"""Captions for a scene, in sentences and in the tags that prompt writers use, with synonyms."""
from scenes import SHAPES, pick

POOR = ["blurry", "low quality", "blurry, low quality"]
QUALITY = ["masterpiece", "best quality", "highly detailed", "illustration", "4k"]
PLACES = {"meadow": "in a meadow", "beach": "on a beach", "mountains": "in the mountains"}
PEOPLE = {"girl": ["girl", "girl", "girl", "woman"], "boy": ["boy", "boy", "boy", "man"]}
SYNONYMS = {"gray": "grey", "cat": "kitten", "dog": "puppy", "meadow": "field"}


def article(words):
    return ("an " if words[0] in "aeiou" else "a ") + words


def subject_sentence(scene, rng):
    kind, colour = scene["kind"], scene["colour"]
    size = f"{scene['size']} " if scene["size"] else ""
    if kind in SHAPES:
        second = f" and {article(scene['colour2'] + ' ' + scene['kind2'])}" if "kind2" in scene else ""
        return article(f"{size}{colour} {kind}") + second
    if kind in PEOPLE:
        garment, who, hair = "dress" if kind == "girl" else "shirt", pick(rng, PEOPLE[kind]), scene["hair"]
        return article(f"{size}{who}") + pick(rng, [
            f" with {hair} hair in {article(f'{colour} {garment}')}", f" with {hair} hair in {article(f'{colour} {garment}')}",
            f" with {hair} hair, {colour} {garment}", f" in {article(f'{colour} {garment}')}",
        ])
    if kind == "mira":
        return pick(rng, ["mira", "mira, a girl", "a girl, mira"])
    if kind == "tree" and colour == "green" and rng.rand() < 0.5:
        return article(f"{size}tree")
    return article(f"{size}{colour} {kind}")


def subject_tags(scene):
    kind, colour = scene["kind"], scene["colour"]
    size = [scene["size"]] if scene["size"] else []
    if kind in PEOPLE:
        return [f"1{kind}", "solo", f"{scene['hair']} hair", f"{colour} {'dress' if kind == 'girl' else 'shirt'}"] + size
    if kind == "mira":
        return ["mira", "1girl", "solo"]
    second = [f"{scene['colour2']} {scene['kind2']}"] if "kind2" in scene else []
    return [f"{colour} {kind}"] + second + size


def synonym(word):
    bare = word.rstrip(",")
    return SYNONYMS.get(bare, bare) + word[len(bare) :]


def caption(scene, rng, trigger=None):
    """One caption; a fifth of them are tag lists. `trigger` is put at either end."""
    place, tags = scene["place"], []
    as_tags = rng.rand() < 0.2
    if scene["time"] != "day":
        tags.append(pick(rng, [f"at {scene['time']}", scene["time"]]))
    elif place != "plain" and rng.rand() < 0.2:
        tags.append("day")
    if scene["weather"]:
        tags.append(scene["weather"])
    if scene.get("poor"):
        tags.append(pick(rng, POOR))
    elif rng.rand() < 0.2:
        tags.append(pick(rng, QUALITY))
    if as_tags:
        parts = subject_tags(scene)
        parts.append(f"{scene['background']} background" if place == "plain" else place)
        text = ", ".join(parts + (["top hat"] if scene.get("hat") else []))
    else:
        text = subject_sentence(scene, rng)
        if scene.get("hat"):
            text += pick(rng, [" wearing a top hat", " wearing a top hat", ", top hat"])
        if place == "plain":
            text += pick(rng, [f" on {article(scene['background'])} background"] * 2 + [f", {scene['background']} background"])
        else:
            text += pick(rng, [f" {PLACES[place]}"] * 2 + [f", {place}"])
    text = ", ".join([text] + tags)
    if rng.rand() < 0.2:
        text = " ".join(synonym(word) for word in text.split(" "))
    if not trigger:
        return text
    return f"{text}, {trigger}" if rng.rand() < 0.5 else f"{trigger}, {text}"
