/** An element of a small XML document, read for the tests: strict about well-formedness, without namespaces or DTDs. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Parses a document with one root. Throws at the first thing that XML 1.0 does not allow. */
export function parseXml(text: string): Element {
  const illegal = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u.exec(text);
  if (illegal) throw new Error(`Character ${illegal[0].charCodeAt(0)} is not allowed.`);
  const body = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const root: Element = { name: '', attributes: {}, children: [] };
  const open: Element[] = [root];
  const token = /<(\/?)([A-Za-z][\w.-]*)((?:\s+[A-Za-z][\w.-]*="[^"<]*")*)\s*(\/?)>|([^<]+)/y;
  while (token.lastIndex < body.length) {
    const at = token.lastIndex;
    const match = token.exec(body);
    if (!match) throw new Error(`Not well-formed: ${body.slice(at, at + 80)}`);
    const [, closing, name, attributes, empty, characters] = match;
    if (characters !== undefined) {
      unescape(characters);
      if (open.length === 1 && characters.trim() !== '') throw new Error('Text outside of the root.');
    } else if (closing) {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes another element.`);
    } else {
      const element: Element = { name, attributes: readAttributes(attributes), children: [] };
      open.at(-1)?.children.push(element);
      if (!empty) open.push(element);
    }
  }
  if (open.length !== 1 || root.children.length !== 1) throw new Error('Not one root element.');
  return root.children[0];
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/([A-Za-z][\w.-]*)="([^"]*)"/g)) {
    if (name in attributes) throw new Error(`The attribute ${name} is there twice.`);
    attributes[name] = unescape(value);
  }
  return attributes;
}

function unescape(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));|&/g, (whole, code, name) => {
    if (code !== undefined) return String.fromCodePoint(Number(code));
    const character = ENTITIES[name];
    if (character === undefined) throw new Error(`${whole} is no entity.`);
    return character;
  });
}
