// The built program from end to end: command lines in, exit codes, texts and files out.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PcapWriter } from '../../src/pcap/index.ts';
import { ascii, tcp4, udp4 } from '../support/packets.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/tayra.js', import.meta.url));

describe('built program', function () {
  this.timeout(60_000);
  let folder: string;
  let capture: string;
  before(function () {
    if (!existsSync(PROGRAM)) this.skip(); // npm run build makes it
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-cli-'));
    capture = join(folder, 'input.pcap');
    const writer = new PcapWriter(capture, { linkType: 1 });
    [udp4({ sp: 1000, dp: 53 }, ascii('hello')), tcp4({ sp: 1001, dp: 80, flags: 2 })].forEach((frame, i) => {
      writer.write(frame, 0, frame.length, frame.length, 1e15 + i);
    });
    writer.close();
    writeFileSync(join(folder, 'test.rules'), 'alert ip any any -> any any (msg:"any"; sid:1;)\n');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const tayra = (...words: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [PROGRAM, ...words], { encoding: 'utf8', cwd: folder });
  const events = (): { event_type: string; proto?: string }[] =>
    readFileSync(join(folder, 'eve.json'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event_type: string; proto?: string });
  const alerts = (): (string | undefined)[] =>
    events()
      .filter((event) => event.event_type === 'alert')
      .map((event) => event.proto);

  it('reads a capture as Suricata does', () => {
    const { status } = tayra('-r', capture, '-S', 'test.rules', '-l', folder, '-k', 'none');
    assert.equal(status, 0);
    assert.deepEqual(alerts(), ['UDP', 'TCP']);
  });

  it('heeds umask, and stats.enabled', () => {
    const outputs = 'outputs:\n  - fast:\n      enabled: yes\n  - stats:\n      enabled: yes\n';
    const run = (settings: string): number => {
      writeFileSync(join(folder, 'x.yaml'), `%YAML 1.1\n---\n${settings}${outputs}`);
      for (const name of ['fast.log', 'stats.log']) rmSync(join(folder, name), { force: true });
      const { status, stderr } = tayra('-c', 'x.yaml', '-r', capture, '-S', 'test.rules', '-l', folder);
      assert.equal(status, 0, stderr);
      return statSync(join(folder, 'fast.log')).mode & 0o777;
    };
    assert.equal(run('umask: "077"\n'), 0o600);
    assert.match(readFileSync(join(folder, 'stats.log'), 'latin1'), /decoder\.pkts/);
    assert.equal(run('umask: "022"\nstats:\n  enabled: no\n'), 0o644);
    assert.equal(readFileSync(join(folder, 'stats.log'), 'latin1'), '');
  });

  it('does not take a test for passed whose rules are not there', () => {
    const common = ['-S', 'none.rules', '-l', folder];
    for (const words of [
      ['-T', ...common],
      ['-r', capture, '--init-errors-fatal', ...common],
    ]) {
      const { status, stdout, stderr } = tayra(...words);
      assert.equal(status, 1, stderr);
      assert.match(stdout, /No rule files match the pattern none.rules/);
      assert.match(stderr, /Loading signatures failed/);
    }
    assert.equal(tayra('-r', capture, ...common).status, 0);
  });

  it('does not begin beside another with the same pid file, and takes over one that a crash left', async () => {
    const words = ['-S', 'test.rules', '-l', folder, '--pidfile', 'x.pid'];
    const script = join(folder, 'tayra.js');
    writeFileSync(script, 'setInterval(() => undefined, 1000);');
    const other = spawn(process.execPath, [script]);
    try {
      writeFileSync(join(folder, 'x.pid'), String(other.pid));
      const { status, stderr } = tayra('-r', capture, ...words);
      assert.equal(status, 1);
      assert.match(stderr, /process \d+ runs with pid file 'x.pid': end it, or give this one another/);
    } finally {
      other.kill();
      await once(other, 'exit');
    }
    assert.equal(tayra('-r', capture, ...words).status, 0);
    writeFileSync(join(folder, 'x.pid'), String(process.pid)); // a program of another kind
    assert.equal(tayra('-r', capture, ...words).status, 0);
    assert.equal(existsSync(join(folder, 'x.pid')), false);
  });

  it('says what is wrong with a live run before it begins', () => {
    for (const [words, reason] of [
      [['-i', ''], /-i needs the name of an interface/],
      [['-i', 'lo', '--runmode', 'many'], /run mode "many" is not known: single, workers, autofp/],
      [['-i', 'lo', '--set', 'runmode=many'], /run mode "many" is not known/],
    ] as const) {
      const { status, stderr } = tayra(...words, '-S', 'test.rules', '-l', folder);
      assert.equal(status, 1);
      assert.match(stderr, reason);
    }
  });

  it('says how its inline command is used, and what is wrong with the words it was given', () => {
    assert.match(tayra('inline', '--help').stdout, /usage: tayra inline/);
    for (const [words, reason] of [
      [['--queue'], /--queue needs a value/],
      [['--queue', '9:1'], /start queue's number 9 is greater than ending number 1/],
      [['--exclude', 'gateway'], /--exclude: "gateway" is no ADDRESS/],
      [['--chain', 'PREROUTING'], /--chain: "PREROUTING" is none of FORWARD, INPUT, OUTPUT/],
      [['--budget', 'long'], /--budget: "long" is no number of milliseconds/],
      [['--setup', '--queue', '1', '--queue', '3'], /the queues must follow one another/],
      [['--set', 'nothing'], /--set: must be KEY=VALUE/],
      [['--bridge', 'eth1'], /--bridge: "eth1" names no two interfaces/],
      [['--bridge', 'eth1:eth2', '--setup'], /packets of a bridge come from no queue/],
      [['--tap'], /unknown option --tap/],
    ] as const) {
      const { status, stderr } = tayra('inline', ...words);
      assert.equal(status, 2, words.join(' '));
      assert.match(stderr, reason);
    }
  });

  it('looks only at packets that the filter takes', () => {
    const { status } = tayra('-r', capture, '-S', 'test.rules', '-l', folder, '-k', 'none', 'udp', 'port', '53');
    assert.equal(status, 0);
    assert.deepEqual(alerts(), ['UDP']);
  });

  it('refuses a bad filter, a missing user, a source that is not there', () => {
    for (const [words, reason] of [
      [['-r', capture, 'port', '99999'], /illegal port number/],
      [['-r', capture, '--user', 'nobody-of-this-name'], /unable to get the user ID, check if user exist!!/],
      [['-i', 'nowhere-of-this'], /nowhere-of-this: |AF_PACKET/],
      [['-q', '0', 'udp'], /BPF not available in IPS mode/],
      [['-i', 'lo', '-r', capture], /more than one run mode/],
      [[], /Please specify a runmode or capture option/],
    ] as const) {
      const { status, stderr } = tayra(...words, '-l', folder, '-S', 'test.rules');
      assert.equal(status, 1);
      assert.match(stderr, reason);
    }
  });

  it('takes one file of rules, as Suricata does; tayra run takes several', () => {
    const rules = ['-S', 'test.rules', '-S', 'test.rules'];
    const { status, stderr } = tayra('-r', capture, '-l', folder, ...rules);
    assert.deepEqual([status, stderr], [1, "Error: suricata: can't have multiple -S options or mix -s and -S.\n"]);
    const own = tayra(
      'run',
      '-i',
      'nowhere-of-this',
      '--out',
      folder,
      '--rules',
      'test.rules',
      '--rules',
      'test.rules',
    );
    assert.match(own.stderr, /nowhere-of-this/);
  });

  it('removes its pid file and deletes captures without alerts', () => {
    writeFileSync(join(folder, 'none.rules'), 'alert icmp any any -> any any (sid:2;)\n');
    const words = ['-r', capture, '-l', folder, '-k', 'none', '--set', 'pcap-file.delete-when-done=non-alerts'];
    assert.equal(tayra(...words, '-S', 'test.rules', '--pidfile', join(folder, 'pid')).status, 0);
    assert.deepEqual([existsSync(capture), existsSync(join(folder, 'pid'))], [true, false]);
    assert.equal(tayra(...words, '-S', 'none.rules').status, 0);
    assert.equal(existsSync(capture), false);
  });

  it('warns once about an unknown key, naming the nearest known one, and says where a type is wrong', () => {
    writeFileSync(
      join(folder, 'c.yaml'),
      '%YAML 1.1\n---\noutputs:\n  - eve-log:\n      enabled: yes\n      filenam: x\n      ethernet: perhaps\n      types: [alert]\n',
    );
    const { status, stdout } = tayra('-c', 'c.yaml', '-r', capture, '-S', 'test.rules', '-l', folder);
    assert.equal(status, 0);
    assert.equal(stdout.match(/unknown configuration key outputs\.eve-log\.filenam/g)?.length, 1);
    assert.match(stdout, /did you mean filename\?/);
    assert.match(stdout, /c\.yaml:7.*expected yes or no, found "perhaps"/);
  });

  it('says what the policy for all exceptions came to, and in a test of the configuration what is wrong in it', () => {
    const policy = (...words: string[]): string => {
      const { stdout } = tayra('-v', '-T', '-S', 'test.rules', '-l', folder, ...words);
      return /master exception-policy set to: (\S+)/.exec(stdout)?.[1] ?? '';
    };
    assert.equal(policy('--set', 'exception-policy=auto'), 'auto');
    assert.equal(policy('--set', 'exception-policy=drop-flow'), 'ignore');
    assert.equal(policy('--set', 'exception-policy=drop-flow', '--simulate-ips'), 'drop-flow');
    const { stdout, status } = tayra('-T', '-l', folder, '--set', 'app-layer.protocols.ftp.max-tx=x');
    assert.equal(status, 0);
    assert.equal(stdout.match(/Invalid value "x" for ftp\.max-tx/g)?.length, 1);
  });

  it('counts its rules by what they look at', () => {
    const rules = [
      'alert ip any any -> 192.0.2.1 any (msg:"address"; sid:1;)',
      'alert tcp any any -> any any (msg:"payload"; content:"x"; sid:2;)',
      'alert http any any -> any any (msg:"buffer"; http.uri; content:"x"; sid:3;)',
      'alert dns any any -> any any (msg:"protocol"; sid:4;)',
      'alert pkthdr any any -> any any (msg:"event"; decode-event:ipv4.pkt_too_small; sid:5;)',
    ];
    writeFileSync(join(folder, 'test.rules'), `${rules.join('\n')}\n`);
    const { stdout, stderr } = tayra('-v', '-r', capture, '-S', 'test.rules', '-l', folder);
    assert.match(
      stdout + stderr,
      /5 signatures processed\. 1 are IP-only rules, 1 are inspecting packet payload, 2 inspect application layer, 1 are decoder event only/,
    );
  });

  it('tells its version, options and run modes', () => {
    assert.match(tayra('-V').stdout, /^This is Suricata version 9\.0\.0 compatible Tayra \d/);
    assert.match(tayra('--help').stdout, /--pcap-file-recursive/);
    assert.match(tayra('--list-runmodes').stdout, /PCAP_FILE +\| single/);
    assert.match(tayra('--list-keywords=csv').stdout, /^name;description;app layer;features;documentation\n/);
    assert.match(tayra('--dump-config', '--set', 'a.b=c').stdout, /^a\.b = c$/m);
  });

  it('replays into a summary', () => {
    const { status, stdout } = tayra('replay', capture, '-r', 'test.rules', '--out', folder, '--json');
    assert.equal(status, 0);
    const summary = JSON.parse(stdout) as { packets: number; alerts: { sid: number; count: number }[] };
    assert.equal(summary.packets, 2);
    assert.deepEqual(
      summary.alerts.map(({ sid, count }) => [sid, count]),
      [[1, 2]],
    );
    assert.match(tayra('replay', capture, '-r', 'test.rules', '--out', folder).stdout, /2 packets/);
    assert.equal(tayra('replay', 'nowhere.pcap').status, 2);
    assert.equal(tayra('replay', capture, '--out').status, 2);
    writeFileSync(join(folder, 'broken.pcap'), 'nothing');
    assert.equal(tayra('replay', 'broken.pcap', '-r', 'test.rules', '--out', folder).status, 1);
  });

  it('takes the rule files that a shell puts for a pattern behind -r, and says when there are none', () => {
    writeFileSync(join(folder, 'one.rules'), 'alert ip any any -> any any (msg:"one"; sid:1;)\n');
    writeFileSync(join(folder, 'two.rules'), 'alert ip any any -> any any (msg:"two"; sid:2;)\n');
    const { stdout, stderr } = tayra('replay', '--json', '--out', folder, '-r', 'one.rules', 'two.rules', capture);
    const summary = JSON.parse(stdout) as { alerts: { sid: number }[] };
    assert.deepEqual(summary.alerts.map(({ sid }) => sid).sort(), [1, 2]);
    assert.doesNotMatch(stderr, /no rules/);
    assert.match(tayra('replay', capture, '--out', folder).stderr, /no rules.*-r/);
  });
});
