"""The CLIP tokenizer of the built-in model: byte-level BPE whose merges were trained on the words of the captions."""
import collections
import json
import re

WORDS = re.compile(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|[^\s\w]+|_+", re.I)


def byte_symbols():
    visible = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    hidden = [b for b in range(256) if b not in visible]
    return {b: chr(b) for b in visible} | {b: chr(256 + i) for i, b in enumerate(hidden)}


def join(parts, pair):
    out, i = [], 0
    while i < len(parts):
        if tuple(parts[i : i + 2]) == pair:
            out.append(parts[i] + parts[i + 1])
            i += 2
        else:
            out.append(parts[i])
            i += 1
    return out


class Tokenizer:
    """text → list of 77 ids, padded with the end token."""

    def __init__(self, folder):
        with open(f"{folder}/vocab.json", encoding="utf8") as file:
            self.vocabulary = json.load(file)
        with open(f"{folder}/merges.txt", encoding="utf8") as file:
            merges = [tuple(line.split(" ")) for line in file.read().split("\n")[1:] if line]
        self.rank = {pair: i for i, pair in enumerate(merges)}
        self.symbols, self.known = byte_symbols(), {}
        self.start, self.end = self.vocabulary["<|startoftext|>"], self.vocabulary["<|endoftext|>"]

    def word(self, word):
        if word not in self.known:
            parts = [self.symbols[b] for b in word.encode()]
            parts[-1] += "</w>"
            while len(parts) > 1:
                pair = min(zip(parts, parts[1:]), key=lambda p: self.rank.get(p, 1e9))
                if pair not in self.rank:
                    break
                parts = join(parts, pair)
            self.known[word] = [self.vocabulary[p] for p in parts]
        return self.known[word]

    def __call__(self, text, length=77):
        ids = [self.start] + [i for w in WORDS.findall(text.lower()) for i in self.word(w)]
        ids = ids[: length - 1] + [self.end]
        return ids + [self.end] * (length - len(ids))


def train(words):
    """Word counts → vocabulary and merges; merging goes on until every word is one token."""
    symbols = byte_symbols()
    split = {w: [symbols[b] for b in w.encode()] for w in words}
    for parts in split.values():
        parts[-1] += "</w>"
    merges = []
    while True:
        counts = collections.Counter()
        for word, parts in split.items():
            for pair in zip(parts, parts[1:]):
                counts[pair] += words[word]
        if not counts:
            break
        pair = max(counts, key=lambda p: (counts[p], p))
        merges.append(pair)
        split = {word: join(parts, pair) for word, parts in split.items()}
    base = list(symbols.values())
    tokens = base + [t + "</w>" for t in base] + [a + b for a, b in merges] + ["<|startoftext|>", "<|endoftext|>"]
    return {t: i for i, t in enumerate(dict.fromkeys(tokens))}, merges
