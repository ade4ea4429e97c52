// Bytes of a detection pattern: text with |hex| parts, as in the contents of rules.

/** Throws for a pattern that is wrong: these are ours, not a user's. */
export function patternBytes(content: string): Uint8Array {
  const bytes: number[] = [];
  content.split('|').forEach((part, i) => {
    if (i % 2 === 0) for (const character of Buffer.from(part, 'latin1')) bytes.push(character);
    else for (const hex of part.trim().split(/\s+/)) bytes.push(Number.parseInt(hex, 16));
  });
  if (bytes.length === 0 || bytes.some(Number.isNaN)) throw new Error(`not a pattern: ${content}`);
  return Uint8Array.from(bytes);
}
