// A worker of a team: a thread that makes itself from a recipe, and takes packets from its ring or its own capture.

import { parentPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { MakeMatcher } from '../../detect/run/pattern-table.ts';
import { finish } from '../../base/steps.ts';
import { log } from '../../base/log.ts';
import type { LogSink } from '../../base/log.ts';
import type { LogRecord } from '../../base/log-format.ts';
import { counterNames } from '../../base/counters.ts';
import { openConfig } from '../../config/index.ts';
import type { ConfigNode, ConfigSources } from '../../config/index.ts';
import { nameThread } from '../../native/threads.ts';
import { sourceNames } from '../live-source.ts';
import { takeOverRules } from '../load-rules.ts';
import type { LoadedRules } from '../load-rules.ts';
import { attaching } from '../reload/attach.ts';
import type { RunOptions } from '../run.ts';
import { mpmSettings } from '../settings/index.ts';
import { ThreadPlacement } from '../thread-placement.ts';
import { askFirst } from './ask-first.ts';
import { workLive } from './live-member.ts';
import { Membership } from './membership.ts';
import { CONTROL_WORDS, threadName } from './messages.ts';
import type { MemberData, MemberMessage } from './messages.ts';
import { RemoteWriter } from './remote-writer.ts';
import { readCaptures, workOnRing } from './replay-member.ts';

/** Whether a thread was started to be a worker. */
export function isMemberData(data: unknown): data is MemberData {
  return typeof data === 'object' && data !== null && (data as Partial<MemberData>).role === 'packet-worker';
}

/** What both kinds of members work with. */
export interface MemberParts {
  readonly port: MessagePort;
  readonly control: Int32Array;
  readonly config: ConfigNode;
  readonly membership: Membership;
  readonly options: RunOptions;
  /** It cannot begin: told before anybody is waited for. */
  readonly refuse: (reason: string) => void;
  /** Everything is there; now what is logged is that of this worker. */
  readonly begun: () => void;
}

/** Runs until its packets have ended, and everything that comes of them is told. */
export async function runMember(data: MemberData): Promise<void> {
  nameThread(threadName(data.index));
  const port = parentPort!;
  // what is to be said of configuration and rules, the first thread has said
  const sinks = [new PortLog(port)];
  log.configure([]);
  const control = new Int32Array(data.control, data.index * CONTROL_WORDS * 4, CONTROL_WORDS);
  const membership = new Membership(data, {
    openShared: (request) => RemoteWriter.open(port, control, request),
    askToJoin: () => askFirst(port, control, { type: 'join' }),
  });
  const { recipe, task } = data;
  const config = openConfig(configOf(data)).root;
  const { rules, makeMatcher, letGo } = rulesOf(data, config);
  // of what all of them would say alike, the first says it
  if (data.index === 0 && data.isReplacement !== true) log.configure(sinks);
  let isRefused = false;
  const parts: MemberParts = {
    port,
    control,
    config,
    membership,
    options: { ...recipe, config, rules, membership, makeMatcher },
    refuse: (reason) => {
      // whose place it was to take has ended, and nobody waits for the others
      if (data.isReplacement === true) throw new Error(reason);
      isRefused = true;
      tell(port, { type: 'refused', reason });
    },
    begun: () => {
      letGo();
      log.configure(sinks);
      tell(port, { type: 'ready', counters: counterNames() });
    },
  };
  ThreadPlacement.of(config)?.placeWorker(data.index, task.kind === 'live' ? sourceNames(task.source) : []);
  if (task.kind === 'live') await workLive(parts, data, task);
  else if (task.kind === 'ring') workOnRing(parts, task);
  else readCaptures(parts, task);
  if (!isRefused) tell(port, { type: 'done' });
}

/**
 * Who takes the place of another has the packets of its flows, whose beginnings it never saw: it picks them up, where the
 * policy for such flows is not spelled out.
 */
function configOf({ isReplacement, recipe }: MemberData): ConfigSources {
  const config = { ...recipe.ruleSource.config, texts: recipe.configTexts };
  if (isReplacement !== true) return config;
  return { ...config, settings: [...(config.settings ?? []), { path: 'stream.midstream', value: 'yes' }] };
}

interface MemberRules {
  readonly rules: LoadedRules | null;
  readonly makeMatcher: MakeMatcher | undefined;
  /** Matchers are attached: the worker does not keep the others from going when other rules come. */
  readonly letGo: () => void;
}

/** What one thread compiled for all. The thread has its own as long as it lives, so that it is taken out of `data`. */
function rulesOf(data: MemberData, config: ConfigNode): MemberRules {
  const { compiled, recipe } = data;
  data.compiled = null;
  if (compiled === null) return { rules: null, makeMatcher: undefined, letGo: () => undefined };
  const { config: sources, load } = recipe.ruleSource;
  const { root } = openConfig({ ...sources, texts: compiled.texts });
  const rules = finish(takeOverRules(root, compiled.rules, load));
  if (rules === undefined) throw new Error('a file that rules read changed while the workers began');
  const matchers = new Map(compiled.matchers);
  return {
    rules,
    makeMatcher: attaching({ matchers }, mpmSettings(config)),
    letGo: () => {
      matchers.clear();
    },
  };
}

/** Hands what is logged to the first thread. */
class PortLog implements LogSink {
  readonly level = 'debug';
  private readonly port: MessagePort;

  constructor(port: MessagePort) {
    this.port = port;
  }

  write({ level, module, message }: LogRecord): void {
    tell(this.port, { type: 'log', level, module, message });
  }
}

function tell(port: MessagePort, message: MemberMessage): void {
  port.postMessage(message);
}
