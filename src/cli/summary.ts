// Summary of a replay: alerts by signature and flows by protocol, as tables or JSON.

import type { ReplayResult } from '../engine/replay.ts';
import type { WorkerState } from '../engine/worker.ts';
import { F } from '../framework/flows.ts';
import type { Output } from '../framework/output.ts';
import { AlertFlag } from '../framework/packet.ts';
import { SigFlag } from '../framework/signature.ts';
import type { Signature } from '../framework/signature.ts';

interface FlowSums {
  flows: number;
  packets: number;
  bytes: number;
}

const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'ICMP', 6: 'TCP', 17: 'UDP', 58: 'ICMPv6', 132: 'SCTP' };

export class Summary {
  private readonly alerts = new Map<Signature, number>();
  private readonly flows = new Map<string, FlowSums>();

  /** The output that collects; give it to the engine. */
  output(state: WorkerState): Output {
    const nothing = (): void => undefined;
    return {
      packet: (p) => {
        for (let i = 0; i < p.alerts.count; i++) this.addAlert(p.alerts.signatures[i]!, p.alerts.flags[i]!);
      },
      flow: (f) => {
        this.addFlow(state, f);
      },
      flush: nothing,
      close: nothing,
    };
  }

  private addAlert(signature: Signature, flags: number): void {
    if ((flags & AlertFlag.suppressed) !== 0 || (signature.flags & SigFlag.noAlert) !== 0) return;
    this.alerts.set(signature, (this.alerts.get(signature) ?? 0) + 1);
  }

  private addFlow({ flows }: WorkerState, f: number): void {
    const proto = flows.proto(f);
    const name = PROTOCOLS[proto] ?? `protocol ${proto}`;
    const sums = this.flows.get(name) ?? { flows: 0, packets: 0, bytes: 0 };
    sums.flows++;
    sums.packets += flows.word(f, F.packetsToServer) + flows.word(f, F.packetsToClient);
    sums.bytes += flows.double(f, F.bytesToServer) + flows.double(f, F.bytesToClient);
    this.flows.set(name, sums);
  }

  json(result: ReplayResult, files: readonly string[]): string {
    const alerts = [...this.alerts].map(([s, count]) => ({
      gid: s.gid,
      sid: s.sid,
      signature: s.msg,
      severity: s.priority,
      count,
    }));
    const flows = Object.fromEntries(this.flows);
    return `${JSON.stringify({ ...result, alerts, flows, files })}\n`;
  }

  table(result: ReplayResult, files: readonly string[]): string {
    const alerts = [...this.alerts].sort((a, b) => a[0].priority - b[0].priority || b[1] - a[1]);
    const flows = [...this.flows].sort((a, b) => b[1].flows - a[1].flows);
    return [
      `${result.packets} packets, ${result.bytes} bytes, ${result.flows} flows, ${result.alerts} alerts`,
      '',
      ...columns(
        ['count', 'severity', 'sid', 'signature'],
        alerts.map(([s, count]) => [String(count), String(s.priority), String(s.sid), s.msg]),
      ),
      '',
      ...columns(
        ['protocol', 'flows', 'packets', 'bytes'],
        flows.map(([name, sums]) => [name, String(sums.flows), String(sums.packets), String(sums.bytes)]),
      ),
      '',
      ...files.map((file) => `wrote ${file}`),
      '',
    ].join('\n');
  }
}

/** Left-aligned columns; the last is not padded. */
function columns(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  return [header, ...rows].map((row) =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!))).join('  '),
  );
}
