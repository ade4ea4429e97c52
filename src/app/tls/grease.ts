// Values reserved so that nobody relies on knowing all (RFC 8701).

export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);
}
