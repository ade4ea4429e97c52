// nameNumber: a number for a name that is the same in every thread, whatever order names come up in there.

/** FNV-1a of the name's UTF-16 units, 30 bits: what is shared between threads has some hundred names, not millions. */
export function nameNumber(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return (h ^ (h >>> 30)) & 0x3fffffff;
}
