// The built program at work in a scenario: started until it says that it works, with what it says and writes.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { end, eventsIn, until } from './network.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/tayra.js', import.meta.url));

export const isBuilt = (): boolean => existsSync(PROGRAM);

export class Program {
  static readonly path = PROGRAM;
  readonly folder = mkdtempSync(join(tmpdir(), 'tayra-scenario-'));
  /** Options of the runtime. */
  nodeOptions: readonly string[] = [];
  /** What it said, on both outputs. */
  told = '';
  private child: ChildProcess | undefined;

  /** @returns its path */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** @param inside words that run a program where it is to be @param words of its command line */
  async start(inside: readonly string[], ...words: string[]): Promise<void> {
    this.told = '';
    rmSync(join(this.folder, 'eve.json'), { force: true });
    const [program, ...rest] = [...inside, process.execPath, ...this.nodeOptions, PROGRAM, ...words];
    const child = spawn(program!, rest, { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => (this.told += text.toString()));
    assert.ok(await until(() => this.told.includes('Engine started.') || child.exitCode !== null), this.told);
    assert.equal(child.exitCode, null, this.told);
  }

  /** Words of its command line by which it answers `counters`. */
  get answering(): string[] {
    return ['--set', 'unix-command.enabled=yes', '--set', `unix-command.filename=${this.socket}`];
  }

  /** What it has counted so far, those counters too that are its own and not in EVE. */
  counters(): unknown {
    return this.ask('dump-counters');
  }

  /** @param command with its values @returns the answer */
  ask(...command: string[]): unknown {
    const words = [PROGRAM, 'ctl', '--socket', this.socket, '--compact', ...command];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as unknown;
  }

  private get socket(): string {
    return join(this.folder, 'command.socket');
  }

  /** Ends it by a signal. @returns its exit status */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    return this.child === undefined ? null : end(this.child, signal);
  }

  /** Waits until it ends by itself. @returns its exit status, null when it does not */
  async ended(): Promise<number | null> {
    await until(() => this.child?.exitCode !== null);
    return this.child?.exitCode ?? null;
  }

  signal(name: NodeJS.Signals): void {
    this.child?.kill(name);
  }

  /** It stands still for so many milliseconds. */
  pause(milliseconds: number): void {
    const pid = String(this.child?.pid);
    this.child?.kill('SIGSTOP');
    // in another process: tests wait for others without a turn of this one's event loop
    spawn('sh', ['-c', `sleep ${String(milliseconds / 1000)}; kill -CONT ${pid}`], { stdio: 'ignore' });
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  events<T extends { readonly event_type: string }>(type: string): T[] {
    return eventsIn<T>(join(this.folder, 'eve.json')).filter((event) => event.event_type === type);
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
