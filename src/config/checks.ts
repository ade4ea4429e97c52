// Settings that must stop the start, and settings that no longer mean anything.
import { diagnostic } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { ConfigNode } from './node.ts';
import { parseInteger, parseSize } from './values.ts';

const HASHES: readonly string[] = ['md5', 'sha1', 'sha256'];

/** The message of the first setting that the program refuses to run with. */
export function configProblem(root: ConfigNode): string | undefined {
  const hasStatistics = root.bool('stats.enabled', true);
  for (const { name, body } of root.get('outputs')?.entries() ?? []) {
    if (!hasStatistics && name === 'eve-log' && hasType(body, 'stats'))
      return 'Invalid configuration: eve-log has the type stats, and stats.enabled is no';
    const sections = name === 'eve-log' ? filesTypes(body) : name === 'file-store' ? [body] : [];
    for (const section of sections) {
      const wrong = section?.strings('force-hash').find((hash) => !HASHES.includes(hash.toLowerCase()));
      if (wrong !== undefined)
        return `Invalid configuration: force-hash algorithm "${wrong}" of ${section!.path} is none of ${HASHES.join(', ')}`;
    }
  }
  return rateProblem(root.get('flow.rate-tracking'));
}

/** A rate is bytes and seconds, both. */
function rateProblem(node: ConfigNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  const [bytes, interval] = [node.string('bytes'), node.string('interval')];
  if (bytes === undefined || interval === undefined)
    return `Invalid configuration: ${node.path} needs both bytes and interval`;
  if (parseSize(bytes) === undefined) return `Invalid configuration: ${node.path}.bytes "${bytes}" is no size`;
  if ((parseInteger(interval) ?? 0) < 1)
    return `Invalid configuration: ${node.path}.interval "${interval}" is no number of seconds above 0`;
  return undefined;
}

function hasType(eve: ConfigNode | undefined, wanted: string): boolean {
  const types = (eve?.bool('enabled', true) ?? true) ? (eve?.get('types')?.entries() ?? []) : [];
  return types.some(({ name, body }) => name === wanted && (body?.bool('enabled', true) ?? true));
}

function filesTypes(eve: ConfigNode | undefined): (ConfigNode | undefined)[] {
  const types = eve?.get('types')?.entries() ?? [];
  return types.filter(({ name }) => name === 'files').map(({ body }) => body);
}

const RETIRED: readonly (readonly [path: string, message: string])[] = [
  ['decoder.erspan.typeI', 'ERSPAN Type I is no longer configurable and it is always enabled'],
];

const HTTP = 'app-layer.protocols.http.libhtp.default-config';
const SAME_SIZES = 'bodies are looked at in the sizes that are configured, the same in every run';
const OFF = /^(no|false|off|0)$/i;
const AUTO = /^auto$/i;
/** Keys of Suricata that mean nothing here, why, and values that ask for nothing. */
const WITHOUT_EFFECT: readonly (readonly [path: string, reason: string, idle?: RegExp])[] = [
  [`${HTTP}.decompression-time-limit`, 'what a body may cost is bounded by sizes, the same on every machine'],
  [`${HTTP}.compression-bomb-count`, 'every body is bounded by compression-bomb-limit, however many there are'],
  [`${HTTP}.randomize-inspection-sizes`, SAME_SIZES],
  [`${HTTP}.randomize-inspection-range`, SAME_SIZES],
  ['spm-algo', 'one pattern alone is always searched for in the same way; mpm-algo chooses how many are', AUTO],
  ['host-mode', 'rejects leave by the interface that leads to who is told', AUTO],
  ['magic-file', 'kinds of files are told by a table of our own'],
  ['multi-detect.enabled', 'there is one rule set for all traffic', OFF],
  ['detect.delayed-detect', 'packets are inspected from the first on', OFF],
  ['threading.autopin', 'threads run on the processors of threading.cpu-affinity, in turn', OFF],
  ['security.landlock.enabled', 'config/systemd/tayra.service confines the program', OFF],
  ['security.lua.allow-rules', 'there are no scripts in rules', OFF],
];

/** Keys that are set though they mean nothing here. */
export function findWithoutEffect(root: ConfigNode): Diagnostic[] {
  return WITHOUT_EFFECT.flatMap(([path, reason, idle]) => {
    const node = root.get(path);
    if (node === undefined || idle?.test(node.value ?? '') === true) return [];
    return [diagnostic('warning', 'config/no-effect', `${path} has no effect: ${reason}`, node.place)];
  });
}

/** Keys that once had a meaning. */
export function findDeprecated(root: ConfigNode): Diagnostic[] {
  return RETIRED.flatMap(([path, message]) => {
    const node = root.get(path);
    return node === undefined ? [] : [diagnostic('warning', 'config/retired', message, node.place)];
  });
}
