// EVE `tcp` of flow and netflow records.
import { TCP_STATES } from '../../framework/stream.ts';
import { hexByte } from '../text/addresses.ts';
import type { TcpView } from '../../framework/stream.ts';

const FLAG_NAMES = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ecn', 'cwr'] as const;
const ORDER = [1, 0, 2, 3, 4, 5, 6, 7] as const;

/** `,"syn":true,"ack":true`: those set, by all 256 values. */
const FLAG_TEXTS: readonly string[] = Array.from({ length: 256 }, (_, flags) =>
  ORDER.map((bit) => ((flags & (1 << bit)) === 0 ? '' : `,"${FLAG_NAMES[bit]}":true`)).join(''),
);

/** Of a whole flow; `t` is its session, -1 when the stream engine knows none. */
export function flowTcpText(tcp: TcpView, t: number): string {
  if (t < 0) return ',"tcp":{"tcp_flags":"00","tcp_flags_ts":"00","tcp_flags_tc":"00"}';
  const ts = tcp.flagsToServer(t) & 255;
  const tc = tcp.flagsToClient(t) & 255;
  let text = `,"tcp":{"tcp_flags":"${hexByte(ts | tc)}","tcp_flags_ts":"${hexByte(ts)}","tcp_flags_tc":"${hexByte(tc)}"${FLAG_TEXTS[ts | tc]!}`;
  text += `,"state":"${TCP_STATES[tcp.state(t)]!}"`;
  if (tcp.hasGap(t, 'toServer')) text += ',"ts_gap":true';
  if (tcp.hasGap(t, 'toClient')) text += ',"tc_gap":true';
  return `${text},"ts_max_regions":${String(tcp.maxRegions(t, 'toServer'))},"tc_max_regions":${String(tcp.maxRegions(t, 'toClient'))}}`;
}

/** Of one direction. */
export function directionTcpText(flags: number): string {
  return `,"tcp":{"tcp_flags":"${hexByte(flags)}"${FLAG_TEXTS[flags & 255]!}}`;
}
