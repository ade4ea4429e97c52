// Deletes captures that were read (`--pcap-file-delete`, `pcap-file.delete-when-done: yes|non-alerts`).
import { rmSync } from 'node:fs';
import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';
import type { ReplayObserver } from '../engine/replay.ts';
import type { Output } from '../framework/output.ts';
import { AlertFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import type { Arguments } from './arguments.ts';

type When = 'never' | 'always' | 'non-alerts';

/** What the command line, else the configuration, says. */
function whenOf(args: Arguments, config: ConfigNode): When {
  if (args.flags.has('deleteWhenDone')) return 'always';
  if (config.string('pcap-file.delete-when-done')?.toLowerCase() === 'non-alerts') return 'non-alerts';
  return config.bool('pcap-file.delete-when-done', false) ? 'always' : 'never';
}

/** Follows a replay and deletes at its end, when all flows of a file were inspected. */
export class CaptureDeletion implements ReplayObserver {
  readonly when: When;
  private readonly read: string[] = [];
  private readonly withAlerts = new Set<string>();
  private current: string | undefined;
  private hasLateAlerts = false;

  constructor(args: Arguments, config: ConfigNode) {
    this.when = whenOf(args, config);
  }

  begin(path: string): void {
    this.current = path;
  }

  end(path: string, isGood: boolean): void {
    if (isGood) this.read.push(path);
    this.current = undefined;
  }

  /** The output that sees the alerts. */
  output(): Output {
    const nothing = (): void => undefined;
    return {
      packet: (p) => {
        this.look(p);
      },
      flush: nothing,
      close: nothing,
    };
  }

  private look({ alerts }: Packet): void {
    for (let i = 0; i < alerts.count; i++) {
      if ((alerts.flags[i]! & AlertFlag.suppressed) !== 0) continue;
      // after the last file: it may belong to any of them, so all are kept
      if (this.current === undefined) this.hasLateAlerts = true;
      else this.withAlerts.add(this.current);
    }
  }

  finish(): void {
    if (this.when === 'never') return;
    for (const path of this.read) {
      const hadAlerts = this.hasLateAlerts || this.withAlerts.has(path);
      if (this.when === 'non-alerts' && hadAlerts) continue;
      try {
        rmSync(path);
      } catch (error) {
        log.warning('pcap', `could not delete ${path}: ${(error as Error).message}`);
      }
    }
  }
}
