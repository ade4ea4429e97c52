// PDUs of DCE/RPC, put together field by field.
import { Buffer } from 'node:buffer';

export interface PduOptions {
  readonly flags?: number;
  readonly callId?: number;
  /** The low byte first; it is the default. */
  readonly isLittle?: boolean;
}

const FIRST_AND_LAST = 3;

function number(value: number, bytes: 2 | 4, isLittle: boolean): Buffer {
  const out = Buffer.alloc(bytes);
  if (isLittle) out.writeUIntLE(value, 0, bytes);
  else out.writeUIntBE(value, 0, bytes);
  return out;
}

/** A connection-oriented PDU with its header. */
export function pdu(type: number, body: Uint8Array, options: PduOptions = {}): Buffer {
  const { flags = FIRST_AND_LAST, callId = 1, isLittle = true } = options;
  const label = Buffer.of(isLittle ? 0x10 : 0, 0, 0, 0);
  const sizes = [number(16 + body.length, 2, isLittle), number(0, 2, isLittle), number(callId, 4, isLittle)];
  return Buffer.concat([Buffer.of(5, 0, type, flags), label, ...sizes, body]);
}

/** The bytes of a UUID's text, in the order of the PDU. */
export function uuidBytes(text: string, isLittle = true): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  if (!isLittle) return bytes;
  return Buffer.concat([
    bytes.subarray(0, 4).reverse(),
    bytes.subarray(4, 6).reverse(),
    bytes.subarray(6, 8).reverse(),
    bytes.subarray(8),
  ]);
}

export interface Offer {
  readonly contextId: number;
  readonly uuid: string;
  readonly major?: number;
}

export function bind(offers: readonly Offer[], options: PduOptions = {}, type = 11): Buffer {
  const { isLittle = true } = options;
  const items = offers.map(({ contextId, uuid, major = 1 }) =>
    Buffer.concat([
      number(contextId, 2, isLittle),
      Buffer.of(1, 0),
      uuidBytes(uuid, isLittle),
      number(major, 2, isLittle),
      number(0, 2, isLittle),
      Buffer.alloc(20),
    ]),
  );
  const head = Buffer.alloc(12);
  head[8] = offers.length;
  return pdu(type, Buffer.concat([head, ...items]), options);
}

export function bindAck(results: readonly number[], options: PduOptions = {}, type = 12): Buffer {
  const { isLittle = true } = options;
  // the second address is "135" and its zero, padded
  const head = Buffer.concat([Buffer.alloc(8), number(4, 2, isLittle), Buffer.from('135\0'), Buffer.alloc(2)]);
  const items = results.map((result) => Buffer.concat([number(result, 2, isLittle), Buffer.alloc(22)]));
  return pdu(type, Buffer.concat([head, Buffer.of(results.length, 0, 0, 0), ...items]), options);
}

export function request(contextId: number, opnum: number, stub: string, options: PduOptions = {}): Buffer {
  const { isLittle = true } = options;
  const head = [number(stub.length, 4, isLittle), number(contextId, 2, isLittle), number(opnum, 2, isLittle)];
  return pdu(0, Buffer.concat([...head, Buffer.from(stub, 'latin1')]), options);
}

export function response(stub: string, options: PduOptions = {}): Buffer {
  return pdu(2, Buffer.concat([Buffer.alloc(8), Buffer.from(stub, 'latin1')]), options);
}
