// EVE `frame`: one record for each frame of an application protocol, and the same object in alerts on frames.

import { base64, printable } from '../../base/json-text.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { Frame } from '../../framework/frame.ts';
import type { Packet } from '../../framework/packet.ts';
import { TO_SERVER } from '../../framework/transaction.ts';
import type { EveRecord } from './record.ts';

const DEFAULT_PAYLOAD = 4096;
const TCP = 6;

export class FrameEvents {
  /** Bytes that are written of each. */
  readonly limit: number;
  private readonly record: EveRecord;

  constructor(record: EveRecord, node: ConfigNode | undefined) {
    this.record = record;
    this.limit = node?.size('payload-buffer-size', DEFAULT_PAYLOAD) ?? DEFAULT_PAYLOAD;
  }

  frame(p: Packet, frame: Frame): string {
    const header = this.record.packet(p, 'frame') + this.record.appProtocol(p.flow);
    return `${header},${frameText(frame, p.proto === TCP, { limit: this.limit })}${this.record.end()}`;
  }
}

/**
 * `"frame":{...}`.
 * @param about `limit` bytes of payload; `reach` bytes of the direction came so far: as long is a frame whose end is not
 * known yet; `hole` bytes are missing behind what was taken of the frame, in front of others that came
 */
export function frameText(
  frame: Frame,
  isStream: boolean,
  { limit = DEFAULT_PAYLOAD, reach = -1, hole = 0 }: { limit?: number; reach?: number; hole?: number } = {},
): string {
  const direction = frame.direction === TO_SERVER ? 'toserver' : 'toclient';
  let text = `"frame":{"type":"${frame.type}","id":${String(frame.id)},"direction":"${direction}"`;
  if (isStream) text += `,"stream_offset":${String(frame.offset)}`;
  const length = frame.length >= 0 ? frame.length : reach - frame.offset;
  if (length >= 0) text += `,"length":${String(length)}`;
  // of streams a byte less is shown than there is room for (Suricata)
  const missing = frame.length < 0 ? 0 : Math.min(hole, frame.length - frame.seen);
  const payload = payloadOf(frame, missing, isStream ? Math.max(0, limit - 1) : limit);
  const isThere = frame.isComplete || (missing > 0 && frame.seen + missing === frame.length);
  const complete = `,"complete":${String(isThere)}`;
  if (!isStream) text += complete;
  const shown = payload.length;
  if (shown > 0) {
    text += `,"payload":"${base64(payload, 0, shown)}"`;
    text += `,"payload_printable":"${printable(payload, 0, shown)}"`;
  }
  if (isStream && shown > 0) text += complete;
  return frame.txId < 0 ? `${text}}` : `${text},"tx_id":${String(frame.txId)}}`;
}

/** At most `limit` bytes of it, with words for those that never came. */
function payloadOf({ data, kept, holes }: Frame, missing: number, limit: number): Uint8Array {
  if ((holes === null && missing === 0) || kept >= limit) return data.subarray(0, Math.min(kept, limit));
  const behind = (holes ?? []).flatMap((hole) => [wordsFor(hole.missing), hole.data.bytes]);
  if (missing > 0) behind.push(wordsFor(missing));
  return Buffer.concat([data.subarray(0, kept), ...behind]).subarray(0, limit);
}

function wordsFor(missing: number): Uint8Array {
  return Buffer.from(`[${String(missing)} bytes missing]`);
}
