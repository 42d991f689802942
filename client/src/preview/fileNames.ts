/** Which pictures to delete so that the newest `keep` stay; names begin with their time, so order is by name. */
export function surplus(names: readonly string[], keep: number): string[] {
  const pictures = names.filter((name) => /^\d{8}-\d{6}-.*\.(png|jpg|webp)$/.test(name)).sort();
  return pictures.slice(0, Math.max(0, pictures.length - keep));
}
