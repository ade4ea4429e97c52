// What is told of sessions of FTP, and when rules look at them: as beside Suricata 8.0.8.

import assert from 'node:assert/strict';
import { session } from './sessions.ts';
import type { Said } from './sessions.ts';
import { ofType, runEngine } from './support.ts';
import type { EveEvent } from './support.ts';
import { CLIENT, SERVER, ascii, tcp4 } from '../support/packets.ts';

const GREETING: Said[] = [{ server: '220 (x)\r\n' }, { client: 'USER bob\r\n', server: '331 pw\r\n' }];
const CONTROL = { 'app-layer.protocols.ftp.enabled': 'yes' };

type Ftp = Readonly<Record<string, unknown>>;

const events = (turns: readonly Said[], ...rules: string[]): EveEvent[] =>
  runEngine({
    frames: session(...GREETING, ...turns),
    types: ['ftp'],
    settings: CONTROL,
    rules: rules.map((options, i) => `alert ftp any any -> any any (${options}; sid:${String(i + 1)};)`),
  });

const records = (turns: readonly Said[]): Ftp[] =>
  (ofType(events(turns), 'ftp') as (EveEvent & { readonly ftp: Ftp })[]).map(({ ftp }) => ftp).slice(2);

/** Of each alert, the command and the way of the packet. */
const alerts = (turns: readonly Said[], options: string): string[] =>
  (ofType(events(turns, options), 'alert') as (EveEvent & { readonly ftp?: Ftp })[])
    .filter(({ ftp }) => ftp?.['command'] !== undefined)
    .map(({ ftp, direction }) => `${String(ftp!['command'])} ${String(direction)}`);

describe('FTP sessions', () => {
  it('show what is not UTF-8 in replies as such', () => {
    const [first] = records([{ client: 'NOOP\r\n', server: '200 a\xffb\xc3\xa9\r\n' }]);
    assert.deepEqual(first!['reply'], ['a\ufffdb\u00e9']);
  });

  it('say that a command is whole wherever anything stands behind it', () => {
    const whole = (line: string): unknown =>
      records([{ client: `${line}\r\n`, server: '200 a\r\n' }])[0]!['command_truncated'];
    assert.deepEqual(['CWD', 'CWDx', 'CWD x'].map(whole), [undefined, false, false]);
  });

  it('cut lines that are as long as the limit', () => {
    const [first, second] = records([
      { client: `CWD ${'a'.repeat(4090)}\r\n`, server: `200 ${'b'.repeat(4090)}\r\n` },
      { client: `CWD ${'a'.repeat(4091)}\r\n`, server: `200 ${'b'.repeat(4091)}\r\n` },
    ]);
    assert.deepEqual([first!['command_truncated'], first!['reply_truncated']], [false, false]);
    assert.deepEqual([second!['command_truncated'], second!['reply_truncated']], [true, true]);
  });

  const listing: Said[] = [
    { client: 'LIST\r\n', server: '150 x\r\n' },
    { client: 'NOOP\r\n', server: '226 done\r\n' },
    { server: '200 ok\r\n' },
    { client: 'QUIT\r\n' },
  ];

  it('have replies that rules look at once they are over, with the packets of the server', () => {
    for (const options of ['ftp.reply; content:"x"', 'ftp.completion_code; content:"150"'])
      assert.deepEqual(alerts(listing, options), ['LIST to_client'], options);
    const [alert] = ofType(events(listing, 'ftp.completion_code; content:"150"'), 'alert') as (EveEvent & {
      ftp: Ftp;
    })[];
    assert.deepEqual(alert!.ftp['completion_code'], ['150', '226']);
  });

  it('were answered, or not: one alert for each command, with the packets of the server', () => {
    assert.deepEqual(alerts(listing, 'ftp.reply_received:yes'), ['USER to_client', 'LIST to_client', 'NOOP to_client']);
    // of what has a preliminary reply, and of what has none when the session ends
    assert.deepEqual(alerts(listing, 'ftp.reply_received:no'), ['LIST to_client', 'QUIT to_client']);
  });

  it('have a mode where there is a port', () => {
    const passive = (reply: string): Said[] => [
      { client: 'PASV\r\n', server: `${reply}\r\n` },
      { client: 'NOOP\r\n', server: '200 ok\r\n' },
    ];
    assert.deepEqual(alerts(passive('227 (10,0,0,2,4,5)'), 'ftp.mode:passive'), ['PASV to_server', 'PASV to_client']);
    assert.deepEqual(alerts(passive('425 no'), 'ftp.mode:passive'), []);
  });
});

describe('data channels of FTP', () => {
  const there = { src: CLIENT, dst: SERVER };
  const back = { src: SERVER, dst: CLIENT };
  const client = (seq: number, ack: number, flags: number, text = ''): Uint8Array =>
    tcp4({ sp: 2000, dp: 1029, seq, ack, flags, window: 8192 }, ascii(text), there);
  const server = (seq: number, ack: number, flags: number, text = ''): Uint8Array =>
    tcp4({ sp: 1029, dp: 2000, seq, ack, flags, window: 8192 }, ascii(text), back);
  const control = session(
    ...GREETING,
    { client: 'PASV\r\n', server: '227 (10,0,0,2,4,5)\r\n' },
    { client: 'RETR a.txt\r\n', server: '150 go\r\n' },
  );
  // the client closes first, so that nothing of the server follows what acknowledges its end
  const transfer = [
    client(1, 0, 0x02),
    server(100, 2, 0x12),
    client(2, 101, 0x10),
    server(101, 2, 0x18, 'hello'),
    client(2, 106, 0x11),
    server(106, 3, 0x11),
    client(3, 107, 0x10),
  ];
  const run = (...rules: string[]): EveEvent[] =>
    runEngine({ frames: [...control, ...transfer], types: ['ftp', 'files'], settings: CONTROL, rules });

  it('have their file told with the packet that ends them', () => {
    const [file] = ofType(run(), 'fileinfo');
    assert.equal(file!.pcap_cnt, control.length + transfer.length);
  });

  it('have files of no known state in alerts until they are whole', () => {
    const [alert] = ofType(run('alert ftp-data any any -> any any (file.name; content:"a"; sid:1;)'), 'alert');
    assert.equal((alert!.files![0] as { readonly state?: string }).state, 'UNKNOWN');
  });
});
