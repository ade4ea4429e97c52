// DER (X.690): elements read one after the other, without trust.

/** Tags of what certificates are made of (X.680 chapter 8.4). */
export const DerTag = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Where an element's contents are, and where the next begins. */
export interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** An element that is looked at on the way past it; no object is made for it. */
export class ElementPlace implements Element {
  tag = 0;
  start = 0;
  end = 0;

  /** False: the bytes at `at` are no element, or it does not end before `end`. */
  read(data: Uint8Array, at: number, end: number): boolean {
    if (at + 2 > end) return false;
    this.tag = data[at]!;
    let length = data[at + 1]!;
    let start = at + 2;
    if (length > 0x80) {
      const count = length & 0x7f;
      if (count > 4 || start + count > end) return false;
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + data[start + i]!;
      start += count;
    } else if (length === 0x80) return false;
    this.start = start;
    this.end = start + length;
    return this.end <= end;
  }
}

const place = new ElementPlace();

/** Null: the bytes are no element, or it does not end before `end`. */
export function readElement(data: Uint8Array, at: number, end: number): Element | null {
  return place.read(data, at, end) ? { tag: place.tag, start: place.start, end: place.end } : null;
}

/** Whether [start, end) is elements, one after the other. */
export function areElements(data: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && place.read(data, at, end)) at = place.end;
  return at >= end;
}

/** The elements inside another; null when one of them is broken. */
export function readAll(data: Uint8Array, start: number, end: number): Element[] | null {
  const elements: Element[] = [];
  for (let at = start; at < end;) {
    const element = readElement(data, at, end);
    if (element === null) return null;
    elements.push(element);
    at = element.end;
  }
  return elements;
}

/** An object identifier in dots; '' when it is broken. */
export function oidText(data: Uint8Array, start: number, end: number): string {
  const parts: number[] = [];
  let value = 0;
  for (let i = start; i < end; i++) {
    value = value * 128 + (data[i]! & 0x7f);
    if ((data[i]! & 0x80) !== 0) continue;
    if (parts.length === 0)
      parts.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)));
    else parts.push(value);
    value = 0;
  }
  return parts.join('.');
}
