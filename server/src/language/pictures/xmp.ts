const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * The text of one property of an XMP packet, as an attribute, an element, or the first item of a list inside it.
 *
 * @param name with its prefix: `dc:description`
 */
export function xmpText(xmp: string | undefined, name: string): string | undefined {
  if (xmp === undefined) return undefined;
  const attribute = new RegExp(`\\s${name}\\s*=\\s*("([^"]*)"|'([^']*)')`).exec(xmp);
  if (attribute) return unescapeXml(attribute[2] ?? attribute[3] ?? '');
  const from = xmp.indexOf(`<${name}`);
  const end = from < 0 ? -1 : xmp.indexOf(`</${name}>`, from);
  if (end < 0) return undefined;
  const body = xmp.slice(xmp.indexOf('>', from) + 1, end);
  const item = /<rdf:li[^>]*>([^<]*)<\/rdf:li>/.exec(body);
  const text = unescapeXml(item?.[1] ?? body.replace(/<[^>]*>/g, '')).trim();
  return text === '' ? undefined : text;
}

function unescapeXml(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|\w{1,5});/gi, (whole, entity: string) => {
    if (!entity.startsWith('#')) return ENTITIES[entity] ?? whole;
    const code = /^#x/i.test(entity) ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
