// The two ends of a packet or flow as records show them: address, and port where the protocol has ports.
import { part } from '../../base/byte-text.ts';
import type { ByteText } from '../../base/byte-text.ts';

interface EndKeys {
  readonly address: Uint8Array;
  readonly port: Uint8Array;
}

export const SOURCE: EndKeys = { address: part(',"src_ip":"'), port: part('","src_port":') };
export const DESTINATION: EndKeys = { address: part(',"dest_ip":"'), port: part('","dest_port":') };

/** Which end of the flow is printed as source. */
export type FlowSide = 'toServer' | 'toClient';

const QUOTE = part('"');
/** In place of the port of a protocol that has none. */
export const NO_PORT = -1;

/** Appends `,"src_ip":"10.0.0.1","src_port":80`: an address in four words (version 4: one), and its port or NO_PORT. */
export function appendEnd(
  text: ByteText,
  keys: EndKeys,
  version: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  port: number,
): void {
  text.part(keys.address);
  if (version === 6) text.ipv6(w0, w1, w2, w3);
  else text.ipv4(w0);
  if (port === NO_PORT) {
    text.part(QUOTE);
    return;
  }
  text.part(keys.port);
  text.number(port);
}

/** The same with an address as text. */
export function appendNamedEnd(text: ByteText, keys: EndKeys, address: string, port: number): void {
  text.part(keys.address);
  text.string(address);
  text.part(keys.port);
  text.number(port);
}
