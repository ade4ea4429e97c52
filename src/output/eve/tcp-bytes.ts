// EVE `tcp` of flow records, as bytes.
import { TCP_STATES } from '../../framework/stream.ts';
import { part } from '../../base/byte-text.ts';
import { FLAG_TEXTS } from './tcp-text.ts';
import type { TcpView } from '../../framework/stream.ts';
import type { ByteText } from '../../base/byte-text.ts';

const WITHOUT_SESSION = part(',"tcp":{"tcp_flags":"00","tcp_flags_ts":"00","tcp_flags_tc":"00"}');
const FLAGS = part(',"tcp":{"tcp_flags":"');
const FLAGS_TS = part('","tcp_flags_ts":"');
const FLAGS_TC = part('","tcp_flags_tc":"');
/** The closing quote and the flags by name, by all 256 values. */
const NAMED = FLAG_TEXTS.map((text) => part(`"${text}`));
const STATES = TCP_STATES.map((state) => part(`,"state":"${state}"`));
const TS_GAP = part(',"ts_gap":true');
const TC_GAP = part(',"tc_gap":true');
const TS_REGIONS = part(',"ts_max_regions":');
const TC_REGIONS = part(',"tc_max_regions":');
const CLOSE = part('}');

/** `t` is the flow's session, -1 when the stream engine knows none. */
export function appendFlowTcp(text: ByteText, tcp: TcpView, t: number): void {
  if (t < 0) {
    text.part(WITHOUT_SESSION);
    return;
  }
  const ts = tcp.flagsToServer(t) & 255;
  const tc = tcp.flagsToClient(t) & 255;
  text.part(FLAGS);
  text.hexByte(ts | tc);
  text.part(FLAGS_TS);
  text.hexByte(ts);
  text.part(FLAGS_TC);
  text.hexByte(tc);
  text.part(NAMED[ts | tc]!);
  text.part(STATES[tcp.state(t)]!);
  if (tcp.hasGap(t, 'toServer')) text.part(TS_GAP);
  if (tcp.hasGap(t, 'toClient')) text.part(TC_GAP);
  text.part(TS_REGIONS);
  text.number(tcp.maxRegions(t, 'toServer'));
  text.part(TC_REGIONS);
  text.number(tcp.maxRegions(t, 'toClient'));
  text.part(CLOSE);
}
