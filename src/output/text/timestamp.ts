// Timestamps of events: EVE's `2020-01-01T00:00:00.000000+0000` and fast.log's `01/01/2020-00:00:00.000000`, local time.

const two = (n: number): string => (n < 10 ? `0${String(n)}` : String(n));

const MILLIS: readonly string[] = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, '0'));

/** `+0200`: the zone's offset from UTC at that moment. */
function zone(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

const clock = (d: Date): string => `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;

interface Second {
  second: number;
  text: string;
  zone: string;
}

// seconds remembered, by their low bits: events, flow starts and flow ends move at different pace
const EVE_SLOTS = 1024;
const eveSlots: readonly Second[] = Array.from({ length: EVE_SLOTS }, () => ({ second: NaN, text: '', zone: '' }));
const fastSlot = { second: NaN, text: '' };

function fillEve(slot: Second, second: number): void {
  const d = new Date(second * 1000);
  const year = String(d.getFullYear()).padStart(4, '0');
  slot.second = second;
  slot.text = `${year}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${clock(d)}.`;
  slot.zone = zone(d);
}

/** EVE form of microseconds since the epoch; seconds are formatted once and remembered. */
export function eveTime(us: number): string {
  const second = Math.floor(us / 1e6);
  const micros = us - second * 1e6;
  const slot = eveSlots[second % EVE_SLOTS] ?? eveSlots[0]!;
  if (slot.second !== second) fillEve(slot, second);
  const millis = Math.floor(micros / 1000);
  return slot.text + MILLIS[millis]! + MILLIS[Math.floor(micros - millis * 1000)]! + slot.zone;
}

/** fast.log form of microseconds since the epoch. */
export function fastTime(us: number): string {
  const second = Math.floor(us / 1e6);
  if (fastSlot.second !== second) {
    const d = new Date(second * 1000);
    fastSlot.second = second;
    fastSlot.text = `${two(d.getMonth() + 1)}/${two(d.getDate())}/${String(d.getFullYear()).padStart(4, '0')}-${clock(d)}.`;
  }
  return fastSlot.text + String(Math.floor(us - second * 1e6)).padStart(6, '0');
}

/** `01/31/2026 -- 12:00:00`: the heading of stats.log. */
export function statsTime(us: number): string {
  const d = new Date(us / 1000);
  return `${two(d.getMonth() + 1)}/${two(d.getDate())}/${String(d.getFullYear())} -- ${clock(d)}`;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

function dayOfYear(d: Date): number {
  return (
    Math.round((Date.UTC(d.getFullYear(), d.getMonth(), d.getDate()) - Date.UTC(d.getFullYear(), 0, 1)) / 86_400_000) +
    1
  );
}

const STRFTIME: Readonly<Record<string, (d: Date) => string>> = {
  Y: (d) => String(d.getFullYear()),
  y: (d) => two(d.getFullYear() % 100),
  m: (d) => two(d.getMonth() + 1),
  d: (d) => two(d.getDate()),
  H: (d) => two(d.getHours()),
  M: (d) => two(d.getMinutes()),
  S: (d) => two(d.getSeconds()),
  F: (d) => `${String(d.getFullYear())}-${two(d.getMonth() + 1)}-${two(d.getDate())}`,
  T: clock,
  R: (d) => `${two(d.getHours())}:${two(d.getMinutes())}`,
  s: (d) => String(Math.floor(d.getTime() / 1000)),
  j: (d) => String(dayOfYear(d)).padStart(3, '0'),
  a: (d) => DAYS[d.getDay()]!,
  b: (d) => MONTHS[d.getMonth()]!,
  z: zone,
  '%': () => '%',
};

/** The strftime patterns a file name may carry; unknown ones stay as they are. */
export function strftime(pattern: string, seconds: number): string {
  if (!pattern.includes('%')) return pattern;
  const d = new Date(seconds * 1000);
  return pattern.replace(/%([A-Za-z%])/g, (whole, letter: string) => STRFTIME[letter]?.(d) ?? whole);
}
