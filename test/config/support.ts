// A folder of YAML files, and loading them to a dump.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { dumpConfig, openConfig, parseSetting } from '../../src/config/index.ts';
import type { OpenedConfig } from '../../src/config/index.ts';

export const HEADER = '%YAML 1.1\n---\n';

export interface Folder {
  path(name: string): string;
  /** Writes the body under the YAML header. */
  write(name: string, body: string): string;
}

export function temporaryFolder(): Folder {
  const folder = mkdtempSync(join(tmpdir(), 'tayra-config-'));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const path = (name: string): string => join(folder, name);
  return {
    path,
    write: (name, body) => {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), HEADER + body);
      return path(name);
    },
  };
}

/** Opens a file with `--set` arguments. */
export function open(file: string, settings: readonly string[] = [], includes: readonly string[] = []): OpenedConfig {
  return openConfig({ file, settings: settings.map((text) => parseSetting(text)!), includes });
}

export function dumpOf(file: string, settings: readonly string[] = [], includes: readonly string[] = []): string[] {
  return dumpConfig(open(file, settings, includes).root)
    .split('\n')
    .slice(0, -1);
}
