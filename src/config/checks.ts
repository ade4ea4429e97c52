// Settings that must stop the start, and settings that no longer mean anything.
import { diagnostic } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { ConfigNode } from './node.ts';

const HASHES: readonly string[] = ['md5', 'sha1', 'sha256'];

/** The message of the first setting that the program refuses to run with. */
export function configProblem(root: ConfigNode): string | undefined {
  for (const { name, body } of root.get('outputs')?.entries() ?? []) {
    const sections = name === 'eve-log' ? filesTypes(body) : name === 'file-store' ? [body] : [];
    for (const section of sections) {
      const wrong = section?.strings('force-hash').find((hash) => !HASHES.includes(hash.toLowerCase()));
      if (wrong !== undefined)
        return `Invalid configuration: force-hash algorithm "${wrong}" of ${section!.path} is none of ${HASHES.join(', ')}`;
    }
  }
  return undefined;
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
/** Keys of Suricata that mean nothing here, and why. */
const WITHOUT_EFFECT: readonly (readonly [path: string, reason: string])[] = [
  [`${HTTP}.decompression-time-limit`, 'what a body may cost is bounded by sizes, the same on every machine'],
  [`${HTTP}.randomize-inspection-sizes`, SAME_SIZES],
  [`${HTTP}.randomize-inspection-range`, SAME_SIZES],
];

/** Keys that are set though they mean nothing here. */
export function findWithoutEffect(root: ConfigNode): Diagnostic[] {
  return WITHOUT_EFFECT.flatMap(([path, reason]) => {
    const node = root.get(path);
    const message = `${path} has no effect: ${reason}`;
    return node === undefined ? [] : [diagnostic('warning', 'config/no-effect', message, node.place)];
  });
}

/** Keys that once had a meaning. */
export function findDeprecated(root: ConfigNode): Diagnostic[] {
  return RETIRED.flatMap(([path, message]) => {
    const node = root.get(path);
    return node === undefined ? [] : [diagnostic('warning', 'config/retired', message, node.place)];
  });
}
