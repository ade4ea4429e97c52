// file-store: files of traffic on disk, each once, under its SHA-256 (version 2 of Suricata's layout).

import { ByteText } from '../base/byte-text.ts';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { defineCounter } from '../base/counters.ts';
import { log } from '../base/log.ts';
import { FileState } from '../framework/file.ts';
import type { FileStorage, TrackedFile } from '../framework/file.ts';
import type { AppFlow } from '../framework/app-flow.ts';
import { defineOutput } from '../framework/output.ts';
import type { Output, OutputContext } from '../framework/output.ts';
import type { Packet } from '../framework/packet.ts';
import type { Transaction } from '../framework/transaction.ts';
import type { ConfigNode } from '../config/index.ts';
import { FileEvents } from './eve/fileinfo.ts';
import { EveRecord } from './eve/record.ts';
import { readEveSettings } from './eve/settings.ts';
import { wishForFiles } from './file-settings.ts';
import { OutputError } from './output-error.ts';
import { StoredBytes } from './stored-bytes.ts';
import type { OpenFiles } from './stored-bytes.ts';
import { logPath } from './writer.ts';

const OPEN = defineCounter('file_store.open_files');
const MAX_HIT = defineCounter('file_store.open_files_max_hit');
const ERRORS = defineCounter('file_store.fs_errors');

interface StoreSettings {
  readonly folder: string;
  readonly isForced: boolean;
  readonly depth: number;
  /** A record beside each file, each time it is seen. */
  readonly writesInfo: boolean;
  /** Files kept open between two writes. */
  readonly maxOpen: number;
}

class FileStore implements Output, FileStorage {
  readonly isForced: boolean;
  readonly depth: number;
  private readonly settings: StoreSettings;
  private readonly context: OutputContext;
  private readonly events: FileEvents;
  private readonly open: OpenFiles;
  private readonly unsettled = new Set<StoredBytes>();
  private lastId = 0;
  private hasFailed = false;

  constructor(settings: StoreSettings, events: FileEvents, context: OutputContext) {
    this.settings = settings;
    this.isForced = settings.isForced;
    this.depth = settings.depth;
    this.events = events;
    this.context = context;
    const { counters } = context;
    this.open = {
      count: 0,
      limit: settings.maxOpen,
      onChange: (count) => {
        counters.set(OPEN, count);
      },
      onLimit: () => {
        counters.add(MAX_HIT);
      },
    };
  }

  append(file: TrackedFile, data: Uint8Array, start: number, end: number): void {
    let bytes = file.storage as StoredBytes | undefined;
    if (bytes === undefined) {
      bytes = new StoredBytes(this.settings.folder, this.open);
      file.storage = bytes;
      this.unsettled.add(bytes);
    }
    this.attempt(() => {
      bytes.append(data, start, end);
    });
  }

  settleFile(p: Packet, app: AppFlow, tx: Transaction, file: TrackedFile): void {
    const bytes = file.storage as StoredBytes | undefined;
    if (bytes === undefined) return;
    file.storage = undefined;
    this.unsettled.delete(bytes);
    const { sha256 } = file;
    if (!file.isStored || sha256 === null || file.state < FileState.closed || bytes.isLost) {
      bytes.drop();
      return;
    }
    this.attempt(() => {
      const path = join(this.settings.folder, sha256.slice(0, 2), sha256);
      if (!bytes.moveTo(path)) touch(path, p.ts);
      file.storeId = ++this.lastId;
      if (this.settings.writesInfo) this.writeInfo(path, p, app, tx, file);
    });
  }

  flush(): void {}

  close(): void {
    for (const bytes of this.unsettled) bytes.drop();
    this.unsettled.clear();
  }

  private writeInfo(path: string, p: Packet, app: AppFlow, tx: Transaction, file: TrackedFile): void {
    const info = new StoredBytes(this.settings.folder, this.open);
    const text = new ByteText();
    this.events.append(text, p, app, tx, file);
    info.append(text.data, 0, text.length);
    const { worker } = this.context;
    const id = worker === undefined ? String(file.storeId) : `${String(worker)}-${String(file.storeId)}`;
    info.moveTo(`${path}.${String(Math.floor(p.ts / 1e6))}.${id}.json`);
  }

  /** A full disk is no reason to stop: it is counted, and told once. */
  private attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.context.counters.add(ERRORS);
      if (!this.hasFailed) log.error('file-store', `cannot store files: ${(error as Error).message}`);
      this.hasFailed = true;
    }
  }
}

function touch(path: string, ts: number): void {
  utimesSync(path, ts / 1e6, ts / 1e6);
}

function readSettings(node: ConfigNode, context: OutputContext): StoreSettings {
  const version = node.int('version', 2);
  if (version !== 2)
    throw new OutputError('unsupported', `${node.path}: version ${String(version)} is not supported; use 2`);
  return {
    folder: logPath(context.logDir, node.string('dir', 'filestore')),
    isForced: node.bool('force-filestore', false),
    depth: depthOf(node, context.streamDepth ?? 0),
    writesInfo: node.bool('write-fileinfo', false),
    maxOpen: node.int('max-open-files', 0, { min: 0 }),
  };
}

/** @param streamDepth `stream.reassembly.depth`, 0 without limit */
function depthOf(node: ConfigNode, streamDepth: number): number {
  const depth = node.size('stream-depth', 0);
  if (depth === 0 || streamDepth === 0 || depth > streamDepth) return depth;
  log.warning(
    'file-store',
    `file-store.stream-depth value ${String(depth)} has no effect since it's less than stream.reassembly.depth value`,
  );
  return 0;
}

export default defineOutput({
  name: 'file-store',
  summary: 'Files of traffic, stored under their SHA-256.',
  create(node: ConfigNode, context: OutputContext): Output {
    const events = new FileEvents(new EveRecord(context, readEveSettings(node)));
    const store = new FileStore(readSettings(node, context), events, context);
    wishForFiles(context.files, node);
    context.files?.hash('sha256');
    context.files?.store(store);
    return store;
  },
});
