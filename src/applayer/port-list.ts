// Port lists of the configuration (`detection-ports`): 53, 139-445, [80, 8080].

const MOST = 65535;

/** The ports named; what is no port is left out. */
export function parsePortList(text: string): number[] {
  const ports: number[] = [];
  for (const part of text.replaceAll(/[[\]\s]/g, '').split(',')) {
    const [low = NaN, high = low] = part.split(/[-:]/).map(Number);
    for (let port = low; port <= Math.min(high, MOST); port++) ports.push(port);
  }
  return ports;
}
