// tcp-data and http-body-data: what a session said, in one file and in files of its own.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openConfig } from '../../src/config/index.ts';
import { replay } from '../../src/engine/replay.ts';
import { NO_SIMULATIONS } from '../../src/engine/settings/index.ts';
import { PcapWriter } from '../../src/pcap/index.ts';
import { session } from '../engine/sessions.ts';
import type { Said } from '../engine/sessions.ts';
import { temporaryFolder } from './support.ts';

const ENDS = '10.0.0.1_1000-10.0.0.2_80';
const BODY = gzipSync('packed');
const EXCHANGE: readonly Said[] = [
  { client: 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n' },
  {
    server: `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${String(BODY.length)}\r\n\r\n${BODY.toString('latin1')}`,
  },
];

describe('tcp-data and http-body-data', () => {
  const folder = temporaryFolder();
  const capture = join(folder, 'input.pcap');
  const writer = new PcapWriter(capture, { linkType: 1 });
  session(...EXCHANGE).forEach((frame, i) => {
    writer.write(frame, 0, frame.length, frame.length, 1e15 + i * 1000);
  });
  writer.close();

  function run(outputs: string): string {
    const logDirectory = temporaryFolder();
    const file = join(logDirectory, 'config.yaml');
    writeFileSync(file, `%YAML 1.1\n---\noutputs:\n${outputs}`);
    const { root: config } = openConfig({ file });
    const how = { rules: null, isInline: false, checksums: 'none', simulate: NO_SIMULATIONS } as const;
    replay({ ...how, config, captures: [capture], logDirectory });
    return logDirectory;
  }
  const read = (logs: string, ...path: string[]): string => readFileSync(join(logs, ...path), 'latin1');

  it('writes streams into files of their own, bodies as they were before they were chunked and packed', () => {
    const logs = run('  - tcp-data:\n      type: dir\n  - http-body-data:\n      type: dir\n');
    assert.deepEqual(readdirSync(join(logs, 'tcp')), [`${ENDS}--tc.data`, `${ENDS}--ts.data`]);
    assert.equal(read(logs, 'tcp', `${ENDS}--ts.data`), EXCHANGE[0]!.client);
    assert.equal(read(logs, 'tcp', `${ENDS}--tc.data`), EXCHANGE[1]!.server);
    assert.deepEqual(readdirSync(join(logs, 'http')), [`${ENDS}-0-tc.data`, `${ENDS}-0-ts.data`]);
    assert.equal(read(logs, 'http', `${ENDS}-0-ts.data`), 'abcde');
    assert.equal(read(logs, 'http', `${ENDS}-0-tc.data`), 'packed');
    assert.equal(existsSync(join(logs, 'tcp-data.log')), false);
  });

  it('writes all into one file as rows of digits by default', () => {
    const logs = run('  - http-body-data:\n      enabled: yes\n  - tcp-data:\n      filename: bytes.log\n');
    assert.equal(
      read(logs, 'http-data.log'),
      `${ENDS}-ts:\n 0000  61 62 63                                           abc\n` +
        `${ENDS}-ts:\n 0000  64 65                                              de\n` +
        `${ENDS}-tc:\n 0000  70 61 63 6B 65 64                                  packed\n`,
    );
    assert.match(
      read(logs, 'bytes.log'),
      /^10\.0\.0\.1_1000-10\.0\.0\.2_80-ts:\n 0000 {2}50 4F 53 54 20 2F 20 48 {2}54 54 50 2F 31 2E 31 0D {3}POST \/ H TTP\/1\.1\.\n/,
    );
    assert.deepEqual([existsSync(join(logs, 'http')), existsSync(join(logs, 'tcp'))], [false, false]);
  });

  it('begins the files of a session anew when the capture is read again', () => {
    const logs = run('  - tcp-data:\n      type: both\n');
    const { root: config } = openConfig({ file: join(logs, 'config.yaml') });
    const how = { rules: null, isInline: false, checksums: 'none', simulate: NO_SIMULATIONS } as const;
    replay({ ...how, config, captures: [capture], logDirectory: logs });
    assert.equal(read(logs, 'tcp', `${ENDS}--ts.data`), EXCHANGE[0]!.client);
    assert.equal(read(logs, 'tcp-data.log').split('\n 0000 ').length, 5);
  });
});
